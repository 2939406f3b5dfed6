import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { prepareByHand } from "../containers/container-by-hand.ts";
import { dockerHost } from "../containers/islet-containers.ts";
import { steadyGets } from "../load/steady-gets.ts";
import { manyFunctions } from "../peer.ts";
import { islet } from "../peers/islet.ts";
import { containerScenario, hello, inRounds, onIslet, sampleOf } from "./container-scenario.ts";

const pauseMs = 100;
const burst = 200;

export const containerColdStart = containerScenario({
  name: "container-cold-start",
  title:
    "Cold start in a container to the first byte: made and started by hand, and through Islet, both without network",
  main: "p50Ms",
  async run({ coldContainers }) {
    const functions = manyFunctions(coldContainers);
    const byHand = await prepareByHand(dockerHost, hello);
    return onIslet(functions, {}, async (running) => {
      const times: Record<string, number[]> = { container: [], [islet.name]: [] };
      for (const { name } of functions) {
        times.container?.push(await byHand());
        times[islet.name]?.push(await answeredMs(running.url(name)));
      }
      return Object.entries(times).map(([peer, values]) => sampleOf(peer, values));
    });
  },
});

export const containerThaw = containerScenario({
  name: "container-thaw",
  title: "The answer of a container that is paused",
  main: "p50Ms",
  run: ({ thaws }) =>
    onIslet([hello], { CONTAINER_PAUSE_MS: pauseMs }, async (running) => {
      const times: number[] = [];
      await answeredMs(running.url(hello.name));
      for (let i = 0; i < thaws; i++) {
        await delay(4 * pauseMs);
        times.push(await answeredMs(running.url(hello.name)));
      }
      return [sampleOf(islet.name, times)];
    }),
});

export const containerBurst = containerScenario({
  name: "container-burst",
  title: `A burst of ${burst} requests for a function that no container runs yet, which may have eight`,
  main: "failed",
  run({ rounds }) {
    const functions = manyFunctions(rounds);
    return onIslet(functions, {}, (running) =>
      inRounds(rounds, (round) => burstOn(running.url(String(functions[round]?.name)))),
    );
  },
});

export const containerKill = containerScenario({
  name: "container-kill",
  title: "The container of a function is killed (kill -9) under load of GETs",
  main: "failed",
  run: ({ kills }) =>
    onIslet([hello], {}, (running) =>
      inRounds(kills, async () => {
        await answeredMs(running.url(hello.name));
        const load = steadyGets(running.url(hello.name), 8);
        await delay(500);
        const killedAt = performance.now();
        for (const pid of await running.containersOf(hello.name)) process.kill(pid, "SIGKILL");
        await delay(2_000);
        const requests = await load.end();
        const touched = requests.filter(({ endedAt }) => endedAt >= killedAt);
        return {
          failed: requests.filter(({ ok }) => !ok).length,
          longestMs: Math.max(...touched.map(({ startedAt, endedAt }) => endedAt - startedAt)),
        };
      }),
    ),
});

async function burstOn(url: string): Promise<{ failed: number; longestMs: number }> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: burst });
  const startedAt = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: burst }, async () => {
      const { statusCode, body } = await pool.request({ path: pathname, method: "GET" });
      await body.dump();
      return statusCode;
    }),
  );
  const longestMs = performance.now() - startedAt;
  await pool.close();
  return { failed: statuses.filter((status) => status !== 200).length, longestMs };
}

async function answeredMs(url: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return performance.now() - startedAt;
}
