import { quantile } from "../statistics.ts";
import { onPath, output } from "./command.ts";
import type { Load, LoadGenerator, LoadResult } from "./load.ts";

/** A fixed rate, counted in tenths of milliseconds. Debian: `hey`. */
export const hey: LoadGenerator = {
  name: "hey",
  installed: () => onPath("hey"),
  takes: ({ rate, urls }) => rate !== undefined && urls.length === 1,
  async run({ urls, connections, seconds, rate = 0, body }: Load): Promise<LoadResult> {
    const post = body === undefined ? [] : ["-m", "POST", "-T", "application/json", "-d", body];
    const text = await output(
      "hey",
      ["-o", "csv", "-z", `${seconds}s`, "-c", `${connections}`, "-q", `${rate / connections}`, ...post, ...urls],
      seconds,
    );
    return parseHey(text, seconds);
  },
};

/** CSV with a header; the first column is the response time in seconds, the seventh the status. */
export function parseHey(csv: string, seconds: number): LoadResult {
  const rows = csv
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(",").map(Number));
  const times = rows.map(([time = Number.NaN]) => time * 1000);
  return {
    requests: rows.length,
    requestsPerSecond: rows.length / seconds,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    errors: rows.filter((row) => (row[6] ?? 0) < 200 || (row[6] ?? 0) >= 400).length,
  };
}
