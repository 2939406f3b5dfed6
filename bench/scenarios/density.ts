import type { Sample } from "../metrics.ts";
import { type BenchFunction, manyFunctions, type Peer, type RunningPeer } from "../peer.ts";
import { islet } from "../peers/islet.ts";
import { workerd } from "../peers/workerd.ts";
import { residentMb } from "../process-tree.ts";
import { progress, type Scenario } from "../scenario.ts";

/** So many are loaded before the count begins, so that what they share is not counted. */
const firstFunctions = 10;

export const density: Scenario = {
  name: "density",
  title: "Density: memory for each more warm isolate, up to 200 functions",
  quick: false,
  main: "mbPerIsolate",
  takes: (peer) => peer === islet || peer === workerd,
  async run(peers, settings) {
    const samples: Sample[] = [];
    for (let round = 0; round < Math.min(3, settings.rounds); round++) {
      for (const peer of peers) {
        const few = await memoryWith(peer, manyFunctions(firstFunctions));
        const many = await memoryWith(peer, manyFunctions(settings.denseFunctions));
        const mbPerIsolate = (many - few) / (settings.denseFunctions - firstFunctions);
        progress(`  round ${round + 1} ${peer.name}: ${mbPerIsolate.toFixed(2)} MB an isolate`);
        samples.push({ peer: peer.name, round, values: { mbPerIsolate, rssMb: many } });
      }
    }
    return samples;
  },
};

/** Resident memory of the whole server when each function has answered twice. */
async function memoryWith(peer: Peer, functions: readonly BenchFunction[]): Promise<number> {
  const running = await peer.start(functions);
  try {
    for (let i = 0; i < 2; i++) {
      for (const { name } of functions) await expectHello(running, name);
    }
    return residentMb(running.pids());
  } finally {
    await running.stop();
  }
}

async function expectHello(peer: RunningPeer, functionName: string): Promise<void> {
  const answer = await fetch(peer.url(functionName), { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${peer.name} answered ${answer.status} for ${functionName}: ${text}`);
}
