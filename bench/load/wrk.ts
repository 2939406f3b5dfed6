import { fileURLToPath } from "node:url";
import { onPath, output } from "./command.ts";
import { type Load, type LoadGenerator, type LoadResult, pathOf } from "./load.ts";

const script = fileURLToPath(new URL("wrk.lua", import.meta.url));

interface WrkResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
}

/** The fastest generator there is for saturation; it has no fixed rate. Debian: `wrk`. */
export const wrk: LoadGenerator = {
  name: "wrk",
  installed: () => onPath("wrk"),
  takes: ({ rate }) => rate === undefined,
  async run({ urls, connections, seconds, body }: Load): Promise<LoadResult> {
    const first = urls[0] ?? "";
    const text = await output(
      "wrk",
      ["-t1", `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, "--latency", "-s", script, first],
      seconds,
      { BENCH_PATHS: urls.map(pathOf).join(" "), ...(body !== undefined && { BENCH_BODY: body }) },
    );
    return parseWrk(text);
  },
};

export function parseWrk(text: string): LoadResult {
  const line = /^RESULT (.+)$/m.exec(text)?.[1];
  if (line === undefined) throw new Error(`wrk gave no result:\n${text}`);
  const { requests, seconds, p50Us, p99Us, errors }: WrkResult = JSON.parse(line);
  return { requests, requestsPerSecond: requests / seconds, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, errors };
}
