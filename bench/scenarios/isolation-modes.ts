import type { Sample } from "../metrics.ts";
import type { BenchFunction, Peer } from "../peer.ts";
import { islet, startIslet } from "../peers/islet.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const functions: readonly BenchFunction[] = [{ name: "hello", kind: "hello" }];

/** Islet with shared pool processes, with one for each tenant, and with the pool in the front. */
const modes: readonly Peer[] = ["none", "shared", "strict"].map((mode) => {
  const name = `${islet.name} ${mode}`;
  return { name, start: (fns) => startIslet(fns, { name, settings: { ISOLATION: mode } }) };
});

export const isolationModes: Scenario = {
  name: "isolation-modes",
  title: "Hello by isolation mode: req/s and CPU saturated by 32 connections, p50 and p99 at 5,000 req/s",
  quick: false,
  main: "requestsPerSecond",
  takes: (peer) => peer === islet,
  async run(_, settings) {
    const saturated = await loadRounds(modes, functions, { connections: 32 }, settings);
    const fixed = await loadRounds(modes, functions, { connections: 20, rate: 5_000 }, settings);
    return saturated.map((sample) => combined(sample, fixed));
  },
};

/** What saturation says of throughput and cost, and the fixed rate of the same round says of times. */
function combined({ peer, round, values }: Sample, fixed: readonly Sample[]): Sample {
  const { requestsPerSecond = 0, cpuUs = 0, rssMb = 0, failed = 0 } = values;
  const times = fixed.find((sample) => sample.peer === peer && sample.round === round)?.values ?? {};
  const { p50Ms = 0, p99Ms = 0, failed: failedToo = 0 } = times;
  return { peer, round, values: { requestsPerSecond, cpuUs, rssMb, p50Ms, p99Ms, failed: failed + failedToo } };
}
