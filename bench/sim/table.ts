import { format } from "../report/table.ts";
import type { WorkloadOutcomes } from "./run-all.ts";
import type { Outcome } from "./simulation.ts";

const columns: readonly (readonly [string, (outcome: Outcome) => string])[] = [
  ["policy", ({ policy }) => policy],
  ["p50 ms", ({ p50Ms }) => format(p50Ms, 2)],
  ["p99 ms", ({ p99Ms }) => format(p99Ms, 2)],
  ["added p50 ms", ({ addedP50Ms }) => format(addedP50Ms, 2)],
  ["added p99 ms", ({ addedP99Ms }) => format(addedP99Ms, 2)],
  ["cold starts, %", ({ coldRatio }) => format(coldRatio * 100, 3)],
  ["memory held, MB", ({ heldMb }) => format(heldMb, 0)],
  ["not at home, %", ({ hopRatio }) => (hopRatio === null ? "" : format(hopRatio * 100, 1))],
];

/** A table for each workload. */
export function markdown(results: readonly WorkloadOutcomes[]): string {
  return results
    .map(({ workload, scale, outcomes }) => {
      const rows = outcomes.map((outcome) => `| ${columns.map(([, text]) => text(outcome)).join(" | ")} |`);
      const about = `${format(scale.functions, 0)} functions, ${format(scale.requests, 0)} requests, ${scale.nodes} nodes`;
      return [
        `**${workload}** (${about})\n`,
        `| ${columns.map(([name]) => name).join(" | ")} |`,
        `|---|${"---:|".repeat(columns.length - 1)}`,
        ...rows,
      ].join("\n");
    })
    .join("\n\n");
}
