import { describe, expect, test } from "vitest";
import { chart } from "../../bench/report/chart.ts";
import type { ScenarioResult } from "../../bench/report/result.ts";
import { table } from "../../bench/report/table.ts";
import { targetLines } from "../../bench/report/targets.ts";

const result: ScenarioResult = {
  scenario: "hello",
  title: "Hello & <more>",
  main: "requestsPerSecond",
  date: "2026-01-02T03:04:05.000Z",
  machine: { cpu: "some", cores: 2, memoryGb: 8, kernel: "Linux 6", node: "v24.0.0" },
  settings: { rounds: 2 },
  samples: [
    { peer: "Hono", round: 0, values: { requestsPerSecond: 50_000, cpuUs: 18 } },
    { peer: "Islet", round: 0, values: { requestsPerSecond: 34_000, cpuUs: 45 } },
    { peer: "Islet", round: 1, values: { requestsPerSecond: 36_000, cpuUs: 45 } },
    { peer: "Hono", round: 1, values: { requestsPerSecond: 50_000, cpuUs: 18 } },
  ],
};

describe("the report", () => {
  test("is one table of medians, spreads and ratios", () => {
    expect(table([result]).split("\n")).toEqual([
      "| scenario | peer  |                  req/s | CPU µs/req | × Hono | × workerd |",
      "|----------|-------|-----------------------:|-----------:|-------:|----------:|",
      "| hello    | Hono  |                 50,000 |       18.0 |   1.00 |           |",
      "|          | Islet | 35,000 (34,000–36,000) |       45.0 |   0.70 |           |",
    ]);
  });

  test("says which targets were reached, and nothing about those that were not measured", () => {
    expect(targetLines([result])).toEqual([
      "- reached: hello, req/s × Hono 0.70, at least 0.65",
      "- **missed**: hello, CPU/req × Hono 2.50, at most 2.2",
    ]);
  });

  test("has a chart with a bar for each peer, in well-formed XML", () => {
    const svg = chart([result]);
    expect(svg).toContain("Hello &amp; &lt;more>");
    expect(svg.match(/ rx="2"/g)).toHaveLength(2);
    expect(svg.match(/<text/g)).toHaveLength(svg.match(/<\/text>/g)?.length ?? 0);
  });
});
