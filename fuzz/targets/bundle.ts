import { decodeBundle, encodeBundle } from "../../src/core/bundle.ts";
import type { Target } from "../target.ts";

/** The format of a bundle's second version: the first has fewer limits and comes back as this. */
const format = 2;

/** A bundle's bytes, as stores keep them and pool processes are sent them. */
export const bundle: Target = {
  name: "bundle",
  dictionary: ["ISLB", "\x02", "index.js", "__proto__", "\xff\xff\xff\xff", "\x00\x00\x00\x00", "\xed\xa0\x80"],
  start: async () => {
    const before = process.memoryUsage().rss;
    return {
      run: async (input) => {
        const decoded = decodedOrRefused(input);
        if (!decoded || input[4] !== format) return;
        if (Buffer.compare(encodeBundle(decoded), input) !== 0) throw new Error("two bundles are read as the same");
      },
      check: async () => {
        const grown = process.memoryUsage().rss - before;
        if (grown > 512 * 1024 * 1024) throw new Error(`memory grew by ${grown} bytes`);
      },
      close: async () => undefined,
    };
  },
};

function decodedOrRefused(input: Uint8Array): ReturnType<typeof decodeBundle> | undefined {
  try {
    return decodeBundle(input);
  } catch (error) {
    // A bundle that is none is an Error with a message; running out of memory or stack is a RangeError.
    if (error instanceof RangeError) throw error;
    return undefined;
  }
}
