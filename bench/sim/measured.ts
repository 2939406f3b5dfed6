import { readFileSync } from "node:fs";
import { z } from "zod";
import { median } from "../statistics.ts";

const result = z.object({
  samples: z.array(z.object({ peer: z.string(), values: z.record(z.string(), z.number()) })),
});

/** What the bench measured of Islet on some machine: what the simulated nodes are made of. */
export interface Measured {
  /** A cold start to the first byte, with isolates prepared. */
  readonly coldP50Ms: number;
  readonly coldP99Ms: number;
  /** CPU time of a hello in all processes. */
  readonly helloCpuMs: number;
  readonly mbPerIsolate: number;
}

/** From bench/results. */
export function measured(): Measured {
  return {
    coldP50Ms: figure("cold-start", "p50Ms"),
    coldP99Ms: figure("cold-start", "p99Ms"),
    helloCpuMs: figure("hello", "cpuUs") / 1000,
    mbPerIsolate: figure("density", "mbPerIsolate"),
  };
}

function figure(scenario: string, metric: string): number {
  const text = readFileSync(new URL(`../results/${scenario}.json`, import.meta.url), "utf8");
  const { samples } = result.parse(JSON.parse(text));
  const values = samples.flatMap(({ peer, values }) => (peer === "Islet" ? (values[metric] ?? []) : []));
  if (values.length === 0) throw new Error(`bench/results/${scenario}.json has no ${metric} of Islet`);
  return median(values);
}
