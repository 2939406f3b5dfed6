import { steadyRate } from "../load/steady-rate.ts";
import type { Sample } from "../metrics.ts";
import { type BenchFunction, manyFunctions, type Peer, type RunningPeer } from "../peer.ts";
import { islet, startIslet } from "../peers/islet.ts";
import { workerd } from "../peers/workerd.ts";
import { progress, type Scenario } from "../scenario.ts";
import type { BenchSettings } from "../settings.ts";

const goodRate = 500;
const good: BenchFunction = { name: "good", kind: "hello" };

interface Neighbour {
  readonly name: string;
  /** Requests a second. */
  readonly rate: number;
  readonly functions: (settings: BenchSettings) => readonly BenchFunction[];
}

const coldRate = 50;

const neighbours: readonly Neighbour[] = [
  { name: "looper", rate: 10, functions: () => [{ name: "loop", kind: "loop" }] },
  // Time enough that memory is what ends it where there is a limit.
  { name: "bomber", rate: 3, functions: () => [{ name: "bomb", kind: "bomb", limits: { cpuMs: 2_000 } }] },
  // Each function has its first request, and never another.
  { name: "cold starts", rate: coldRate, functions: ({ seconds }) => manyFunctions(coldRate * seconds) },
];

/** Two pool processes, as a server with the defaults has at least; what is cold is so because it was never loaded. */
const isletPeer: Peer = {
  name: islet.name,
  start: (functions) => startIslet(functions, { settings: { POOLS: 2, PREWARM: "off" } }),
};

export const noisyNeighbour: Scenario = {
  name: "noisy-neighbour",
  title: `Hello at ${goodRate} req/s beside an endless looper (10 req/s), a memory bomber (3 req/s) and ${coldRate} cold starts a second`,
  quick: false,
  main: "timesAlone",
  takes: (peer) => peer === islet || peer === workerd,
  async run(peers, settings) {
    const samples: Sample[] = [];
    const able = peers.map((peer) => (peer === islet ? isletPeer : peer));
    for (let round = 0; round < settings.rounds; round++) {
      for (const neighbour of neighbours) {
        // In turns, so that none always follows the same one.
        for (const peer of round % 2 === 0 ? able : able.toReversed()) {
          const values = await beside(peer, neighbour, settings);
          samples.push({ peer: `${peer.name}, ${neighbour.name}`, round, values });
          const { p99Ms, timesAlone, failed } = values;
          progress(
            `  round ${round + 1} ${peer.name}, ${neighbour.name}: p99 ${p99Ms?.toFixed(2) ?? "none"} ms, ${timesAlone?.toFixed(2) ?? "?"} × alone, ${failed} failed`,
          );
        }
      }
    }
    // A neighbour's rounds together, in the order of the peers.
    return neighbours.flatMap(({ name }) => samples.filter(({ peer }) => peer.endsWith(`, ${name}`)));
  },
};

/** A server of its own: what a neighbour has done to one must not be seen beside the next. */
async function beside(peer: Peer, neighbour: Neighbour, settings: BenchSettings): Promise<Sample["values"]> {
  const functions = neighbour.functions(settings);
  const running = await peer.start([good, ...functions]);
  try {
    return await measure(running, functions, neighbour.rate, settings);
  } finally {
    await running.stop();
  }
}

async function measure(
  running: RunningPeer,
  functions: readonly BenchFunction[],
  rate: number,
  { seconds, warmUpSeconds }: BenchSettings,
): Promise<Sample["values"]> {
  const load = (forSeconds: number) => steadyRate([running.url(good.name)], goodRate, forSeconds);
  await load(warmUpSeconds);
  const alone = await load(seconds);
  const noise = steadyRate(
    functions.map(({ name }) => running.url(name)),
    rate,
    seconds,
  );
  const noisy = await load(seconds);
  await noise;
  const failed = noisy.requests - noisy.answered;
  // Where no request was answered, the time-out is all that there would be to show.
  if (noisy.answered === 0) return { failed, aloneP99Ms: alone.p99Ms };
  return {
    ...{ p50Ms: noisy.p50Ms, p99Ms: noisy.p99Ms, aloneP99Ms: alone.p99Ms },
    ...{ timesAlone: noisy.p99Ms / alone.p99Ms, failed },
  };
}
