import { format } from "../report/table.ts";
import { spread } from "../statistics.ts";
import type { WorkloadOutcomes } from "./run-all.ts";
import type { Outcome } from "./simulation.ts";

type Column = readonly [name: string, of: (outcome: Outcome) => number | null, digits: number];

const columns: readonly Column[] = [
  ["p50 ms", ({ p50Ms }) => p50Ms, 2],
  ["p99 ms", ({ p99Ms }) => p99Ms, 2],
  ["added mean ms", ({ addedMeanMs }) => addedMeanMs, 2],
  ["added p99 ms", ({ addedP99Ms }) => addedP99Ms, 2],
  ["cold starts, %", ({ coldRatio }) => coldRatio * 100, 3],
  ["memory held, MB", ({ heldMb }) => heldMb, 0],
  ["not at home, %", ({ hopRatio }) => (hopRatio === null ? null : hopRatio * 100), 1],
];

/** A table for each workload: the median over the seeds, and the least and the most where there are several. */
export function markdown(results: readonly WorkloadOutcomes[]): string {
  return results
    .map(({ workload, scale, fronts, policies }) => {
      const rows = policies.map(({ policy, outcomes }) => {
        const cells = columns.map(([, of, digits]) => cell(outcomes.map(of), digits));
        return `| ${[policy, ...cells].join(" | ")} |`;
      });
      const size = `${format(scale.functions, 0)} functions, ${format(scale.requests, 0)} requests, ${scale.nodes} nodes`;
      return [
        `**${workload}** (${size}, ${fronts} front${fronts === 1 ? "" : "s"})\n`,
        `| policy | ${columns.map(([name]) => name).join(" | ")} |`,
        `|---|${"---:|".repeat(columns.length)}`,
        ...rows,
      ].join("\n");
    })
    .join("\n\n");
}

function cell(values: readonly (number | null)[], digits: number): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "";
  const { median, min, max } = spread(known);
  const text = (value: number) => format(value, digits);
  return known.length === 1 ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}
