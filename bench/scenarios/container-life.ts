import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { prepareDirect } from "../containers/direct-container.ts";
import { dockerHost, startContainers } from "../containers/islet-containers.ts";
import { steadyGets } from "../load/steady-gets.ts";
import type { Sample } from "../metrics.ts";
import { type BenchFunction, manyFunctions } from "../peer.ts";
import { islet } from "../peers/islet.ts";
import { progress, type Scenario } from "../scenario.ts";
import { quantile } from "../statistics.ts";

const hello: BenchFunction = { name: "hello", kind: "hello" };
const common = { quick: false, takes: (peer: { name: string }) => peer.name === islet.name } as const;
const pauseMs = 100;
const thaws = 30;
const burst = 200;

export const containerColdStart: Scenario = {
  ...common,
  name: "container-cold-start",
  title: "Cold start in a container to the first byte: made and started by hand, and through Islet",
  main: "p50Ms",
  async run(_, { coldContainers }) {
    const functions = manyFunctions(coldContainers);
    const byHand = await prepareDirect(dockerHost, hello);
    const running = await startContainers(functions, {});
    const times: Record<string, number[]> = { container: [], [islet.name]: [] };
    try {
      for (const { name } of functions) {
        const container = await byHand();
        times.container?.push(container.firstByteMs);
        await container.stop();
        times[islet.name]?.push(await answeredMs(running.url(name)));
      }
      return Object.entries(times).map(([peer, values]) => sample(peer, values));
    } finally {
      await running.stop();
    }
  },
};

export const containerThaw: Scenario = {
  ...common,
  name: "container-thaw",
  title: "The answer of a container that is paused",
  main: "p50Ms",
  async run() {
    const running = await startContainers([hello], { CONTAINER_PAUSE_MS: pauseMs });
    const times: number[] = [];
    try {
      await answeredMs(running.url(hello.name));
      for (let i = 0; i < thaws; i++) {
        await delay(4 * pauseMs);
        times.push(await answeredMs(running.url(hello.name)));
      }
      return [sample(islet.name, times)];
    } finally {
      await running.stop();
    }
  },
};

export const containerBurst: Scenario = {
  ...common,
  name: "container-burst",
  title: `A burst of ${burst} requests for a function that no container runs yet, which may have eight`,
  main: "failed",
  async run(_, { rounds }) {
    const functions = manyFunctions(rounds);
    const samples: Sample[] = [];
    const running = await startContainers(functions, {});
    try {
      for (const [round, { name }] of functions.entries()) {
        const { origin, pathname } = new URL(running.url(name));
        const pool = new Pool(origin, { connections: burst });
        const startedAt = performance.now();
        const statuses = await Promise.all(
          Array.from({ length: burst }, async () => {
            const { statusCode, body } = await pool.request({ path: pathname, method: "GET" });
            await body.dump();
            return statusCode;
          }),
        );
        const values = {
          failed: statuses.filter((status) => status !== 200).length,
          longestMs: performance.now() - startedAt,
        };
        await pool.close();
        progress(`  round ${round + 1}: ${values.failed} failed, longest ${Math.round(values.longestMs)} ms`);
        samples.push({ peer: islet.name, round, values });
      }
      return samples;
    } finally {
      await running.stop();
    }
  },
};

export const containerKill: Scenario = {
  ...common,
  name: "container-kill",
  title: "The container of a function is killed (kill -9) under load of GETs",
  main: "failed",
  async run(_, { kills }) {
    const samples: Sample[] = [];
    const running = await startContainers([hello], {});
    try {
      for (let round = 0; round < kills; round++) {
        await answeredMs(running.url(hello.name));
        const load = steadyGets(running.url(hello.name), 8);
        await delay(500);
        const killedAt = performance.now();
        for (const pid of await running.containersOf(hello.name)) process.kill(pid, "SIGKILL");
        await delay(2_000);
        const requests = await load.end();
        const touched = requests.filter(({ endedAt }) => endedAt >= killedAt);
        const values = {
          failed: requests.filter(({ ok }) => !ok).length,
          longestMs: Math.max(...touched.map(({ startedAt, endedAt }) => endedAt - startedAt)),
        };
        progress(`  round ${round + 1}: ${values.failed} failed, longest ${Math.round(values.longestMs)} ms`);
        samples.push({ peer: islet.name, round, values });
      }
      return samples;
    } finally {
      await running.stop();
    }
  },
};

async function answeredMs(url: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return performance.now() - startedAt;
}

function sample(peer: string, times: readonly number[]): Sample {
  progress(`  ${peer}: ${times.map((time) => time.toFixed(0)).join(" ")} ms`);
  return { peer, round: 0, values: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) } };
}
