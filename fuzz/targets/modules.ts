import { type Target, within } from "../target.ts";
import { FuzzedServer } from "./server.ts";

const answerMs = 20_000;
const kinds = [
  { name: "m.wasm", type: "application/wasm", use: "new WebAssembly.Instance(m, {}); return Object.keys(m).length" },
  { name: "m.json", type: "application/json", use: "return JSON.stringify(m).length" },
  { name: "m.js", type: "text/javascript", use: "return typeof m" },
  { name: "m.txt", type: "text/plain", use: "return m.length" },
] as const;

/**
 * A module of a bundle that another one imports, deployed and called: the first byte of an input says
 * of what kind it is. What a guest's code does to its own process is no failure; what it does to the
 * others is.
 */
export const modules: Target = {
  name: "modules",
  dictionary: [
    ...["\0asm", "\x01\0\0\0", "\x60", "\x7f", "\x0a", "\x0b", "\xfc", "\x20\x00", "\x41\x00", "\x10\x00", "\x40"],
    ...["export default ", "import.meta", "import('./m.js')", "{}", "[", '"__proto__":', "1e999", "\\ud800", "\u2029"],
  ],
  start: async () => {
    const fuzzed = await FuzzedServer.start();
    const { server } = fuzzed;
    return {
      run: async (input) => {
        const kind = kinds[(input[0] ?? 0) % kinds.length] as (typeof kinds)[number];
        const main = `import m from "./${kind.name}"; export default { fetch() {
          const use = () => { ${kind.use}; };
          return new Response(String(use()));
        } };`;
        const content = Uint8Array.from(input.subarray(1));
        const files = { "index.js": main, [kind.name]: { type: kind.type, content } };
        const upload = await within(
          answerMs,
          "an upload",
          server.upload("fuzzed", files, { limits: { wallMs: 5_000 } }),
        );
        if (upload.status >= 500 && upload.status !== 503) throw new Error(`the server failed: ${upload.text}`);
        if (upload.status >= 300) return;
        const answer = await within(answerMs, "an answer", server.send("/fn/fuzzed/"));
        if (answer.code === "internal") throw new Error(`the server failed: ${answer.text}`);
      },
      check: () => fuzzed.check(),
      close: () => server.stop(),
    };
  },
};
