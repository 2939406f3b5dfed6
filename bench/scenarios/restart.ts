import { setTimeout as delay } from "node:timers/promises";
import { readCounter } from "../load/read-counter.ts";
import { steadyGets } from "../load/steady-gets.ts";
import type { Sample } from "../metrics.ts";
import { islet, startIslet } from "../peers/islet.ts";
import { progress, type Scenario } from "../scenario.ts";

const connections = 8;
const recycleMs = 1_000;
const lookMs = 250;

export const restart: Scenario = {
  name: "restart",
  title: "Pool processes give their place to new ones under load of GETs, one after the other",
  quick: true,
  main: "failed",
  takes: (peer) => peer === islet,
  async run(_, settings): Promise<Sample[]> {
    const running = await startIslet([{ name: "hello", kind: "hello" }], {
      settings: { POOLS: 2, POOL_RECYCLE_MS: recycleMs },
    });
    try {
      const recycled = () => readCounter(running.controlUrl, "islet_pools_recycled_total");
      const load = steadyGets(running.url("hello"), connections);
      const before = await recycled();
      while ((await recycled()) < before + 2 * settings.kills) await delay(lookMs);
      const requests = await load.end();
      const failed = requests.filter(({ ok }) => !ok).length;
      const longestMs = requests.reduce((most, { startedAt, endedAt }) => Math.max(most, endedAt - startedAt), 0);
      const count = (await recycled()) - before;
      progress(
        `  ${count} replaced, ${requests.length} requests, ${failed} failed, longest ${Math.round(longestMs)} ms`,
      );
      return [{ peer: running.name, round: 0, values: { failed, longestMs, recycled: count } }];
    } finally {
      await running.stop();
    }
  },
};
