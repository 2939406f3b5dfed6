import { type MetricName, metricNames, metrics } from "../metrics.ts";
import type { Spread } from "../statistics.ts";
import { type PeerSummary, ratio, type ScenarioResult, summarize } from "./result.ts";

const comparedWith = ["Hono", "workerd"];

/** One Markdown table of all results, its columns padded so that it reads as well in a terminal. */
export function table(results: readonly ScenarioResult[]): string {
  const summaries = results.map((result) => ({ result, summary: summarize(result) }));
  const shown = metricNames.filter((metric) =>
    summaries.some(({ summary }) => [...summary.values()].some((peer) => peer[metric] !== undefined)),
  );
  const head = ["scenario", "peer", ...shown.map((m) => metrics[m].label), ...comparedWith.map((peer) => `× ${peer}`)];
  const rows = summaries.flatMap(({ result, summary }) =>
    [...summary].map(([peer, values], i) => [
      i === 0 ? result.scenario : "",
      peer,
      ...shown.map((metric) => cell(metric, values)),
      ...comparedWith.map((other) => times(ratio(summary, result.main, peer, other))),
    ]),
  );
  return align([head, ...rows], 2);
}

function cell(metric: MetricName, values: PeerSummary): string {
  const value = values[metric];
  return value === undefined ? "" : withSpread(value, metrics[metric].digits);
}

function withSpread({ median, min, max }: Spread, digits: number): string {
  const text = (value: number): string => format(value, digits);
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}

export function format(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function times(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "" : value.toFixed(2);
}

/** The first `leftColumns` are aligned to the left, the numbers to the right. */
function align(rows: readonly (readonly string[])[], leftColumns: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => (i < leftColumns ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i < leftColumns ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join("\n");
}
