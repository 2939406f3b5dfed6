import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { scratchFolder } from "../clean-up.ts";
import { quantile } from "../statistics.ts";
import { onPath, output } from "./command.ts";
import type { Load, LoadGenerator, LoadResult } from "./load.ts";

/** Holds a constant rate, with a log of every request in microseconds. Debian: `nghttp2-client`. */
export const h2load: LoadGenerator = {
  name: "h2load",
  installed: () => onPath("h2load"),
  takes: ({ rate, body, urls }) => rate !== undefined && body === undefined && urls.length === 1,
  async run({ urls, connections, seconds, rate = 0 }: Load): Promise<LoadResult> {
    const log = join(scratchFolder(), "requests.tsv");
    await output(
      "h2load",
      ["--h1", "-t1", `-c${connections}`, `-D${seconds}`, `--rps=${rate / connections}`, `--log-file=${log}`, ...urls],
      seconds,
    );
    return parseH2load(await readFile(log, "utf8"));
  },
};

/** A line a request: start in microseconds since 1970, status, microseconds until the end of the response. */
export function parseH2load(log: string): LoadResult {
  const rows = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t").map(Number));
  const times = rows.map(([, , us = Number.NaN]) => us / 1000);
  const ends = rows.map(([start = Number.NaN, , us = Number.NaN]) => start + us);
  const starts = rows.map(([start = Number.NaN]) => start);
  const seconds = (ends.reduce((a, b) => Math.max(a, b), 0) - starts.reduce((a, b) => Math.min(a, b), Infinity)) / 1e6;
  return {
    requests: rows.length,
    requestsPerSecond: rows.length / seconds,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    errors: rows.filter(([, status = -1]) => status < 200 || status >= 400).length,
  };
}
