import { processesOf } from "../islet-processes.ts";
import { generatorFor } from "../load/generators.ts";
import type { Load } from "../load/load.ts";
import type { Sample } from "../metrics.ts";
import type { BenchFunction, Peer, RunningPeer } from "../peer.ts";
import { cpuTimeUs, residentMb } from "../process-tree.ts";
import { progress } from "../scenario.ts";
import type { BenchSettings } from "../settings.ts";

type RoundLoad = Omit<Load, "urls" | "seconds">;

/**
 * The same load on every peer, in alternated rounds. All are started first and stay up, so that
 * each is measured warm; those that are not under load are idle.
 */
export async function loadRounds(
  peers: readonly Peer[],
  functions: readonly BenchFunction[],
  load: RoundLoad,
  settings: BenchSettings,
): Promise<Sample[]> {
  const running: RunningPeer[] = [];
  try {
    for (const peer of peers) running.push(await peer.start(functions));
    for (const peer of running) await runLoad(peer, functions, load, settings.warmUpSeconds);
    const samples: Sample[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      for (const peer of rotated(running, round)) {
        const values = await runLoad(peer, functions, load, settings.seconds);
        samples.push({ peer: peer.name, round, values });
        progress(`  round ${round + 1} ${peer.name}: ${Math.round(values.requestsPerSecond)} req/s`);
      }
    }
    return samples;
  } finally {
    await Promise.all(running.map((peer) => peer.stop()));
  }
}

/** Each peer goes first in its turn, so that none always follows the same one. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

async function runLoad(peer: RunningPeer, functions: readonly BenchFunction[], load: RoundLoad, seconds: number) {
  const whole: Load = { ...load, urls: functions.map(({ name }) => peer.url(name)), seconds };
  const pids = peer.pids();
  const pools = processesOf(pids, "pool");
  const before = cpuTimeUs(pids);
  const poolsBefore = cpuTimeUs(pools);
  const { requests, requestsPerSecond, p50Ms, p99Ms, errors } = await generatorFor(whole).run(whole);
  const poolCores = (cpuTimeUs(pools) - poolsBefore) / ((requests / requestsPerSecond) * 1e6);
  const cpuUs = (cpuTimeUs(pids) - before) / requests;
  const values = { requestsPerSecond, p50Ms, p99Ms, cpuUs, rssMb: residentMb(pids), failed: errors };
  return pools.length > 0 ? { ...values, poolCores } : values;
}
