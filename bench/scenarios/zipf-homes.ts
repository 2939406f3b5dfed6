import { pickedGets } from "../load/picked-gets.ts";
import { readCounter } from "../load/read-counter.ts";
import type { Sample } from "../metrics.ts";
import { manyFunctions } from "../peer.ts";
import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import { progress, type Scenario } from "../scenario.ts";
import { ZipfPick } from "../soak/zipf-pick.ts";

/** What one warm hello counts for in a pool process (src/pool/warm-isolates.ts; scenario density). */
const mbPerFunction = 3.4;
const connections = 4;
/** Of the functions, so many fit in both pool processes together. */
const warmShare = 0.2;

interface Contestant {
  readonly name: string;
  readonly servers: number;
  readonly pools: number;
}

/**
 * Homes cannot be switched off, and need not be: two servers of one pool process each, to which requests come at
 * random, are two pool processes of which any may get any request.
 */
const contestants: readonly Contestant[] = [
  { name: islet.name, servers: 1, pools: 2 },
  { name: `${islet.name}, no homes`, servers: 2, pools: 1 },
];

export const zipfHomes: Scenario = {
  name: "zipf-homes",
  title: "Zipf(1.0) over 1,000 functions, memory for 200 warm ones in two pool processes: how many requests are cold",
  quick: true,
  main: "coldPercent",
  takes: (peer) => peer === islet,
  async run(_, { quick }) {
    const samples: Sample[] = [];
    for (const contestant of contestants) {
      const values = await coldPercentOf(contestant, quick ? 50 : 1_000, quick ? 500 : 20_000);
      progress(`  ${contestant.name}: ${values.coldPercent.toFixed(1)} % cold, ${values.failed} failed`);
      samples.push({ peer: contestant.name, round: 0, values });
    }
    return samples;
  },
};

async function coldPercentOf({ servers, pools }: Contestant, count: number, requests: number) {
  const functions = manyFunctions(count);
  const warmMemoryMb = Math.ceil((count * warmShare * mbPerFunction) / 2);
  const settings = { POOLS: pools, WARM_MEMORY_MB: Math.max(16, warmMemoryMb), PREWARM: "off" };
  const running: RunningIslet[] = [];
  try {
    for (let i = 0; i < servers; i++) running.push(await startIslet(functions, { settings }));
    const pick = new ZipfPick(functions.map(({ name }) => name));
    const next = () => (running[Math.floor(Math.random() * servers)] as RunningIslet).url(pick.next());
    const fill = await pickedGets(next, connections, Math.ceil(requests / 4));
    const before = await coldStarts(running);
    const { failed } = await pickedGets(next, connections, requests);
    const cold = (await coldStarts(running)) - before;
    return { coldPercent: (100 * cold) / requests, failed: failed + fill.failed };
  } finally {
    await Promise.all(running.map((server) => server.stop()));
  }
}

async function coldStarts(servers: readonly RunningIslet[]): Promise<number> {
  const counts = servers.map(({ controlUrl }) =>
    readCounter(controlUrl, "islet_request_seconds_count", 'start="cold"'),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
