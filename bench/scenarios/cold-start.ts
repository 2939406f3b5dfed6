import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import type { Sample } from "../metrics.ts";
import { manyFunctions } from "../peer.ts";
import { islet, startIslet } from "../peers/islet.ts";
import type { Scenario } from "../scenario.ts";
import type { BenchSettings } from "../settings.ts";
import { quantile } from "../statistics.ts";

/** Time between two cold starts, in which Islet prepares the next isolate as it would between two real ones. */
const pauseMs = 20;

export const coldStart: Scenario = {
  name: "cold-start",
  title: "Cold start: first request of a function never loaded, isolates prepared ahead",
  quick: true,
  main: "p50Ms",
  takes: (peer) => peer === islet,
  run: (_, settings) => firstRequests(settings, {}),
};

export const coldStartUnprepared: Scenario = {
  name: "cold-start-unprepared",
  title: "Cold start with no prepared isolate left",
  quick: false,
  main: "p50Ms",
  takes: (peer) => peer === islet,
  run: (_, settings) => firstRequests(settings, { PREPARED_ISOLATES: 0 }),
};

async function firstRequests(
  settings: BenchSettings,
  isletSettings: Record<string, number | string>,
): Promise<Sample[]> {
  const [warmUp, ...functions] = manyFunctions(settings.coldFunctions + 1);
  if (warmUp === undefined) return [];
  const running = await startIslet([warmUp, ...functions], { settings: { PREWARM: "off", ...isletSettings } });
  const client = new Client(new URL(running.url(warmUp.name)).origin);
  try {
    // The client's connection and the code of the path are warm; the functions are not.
    for (let i = 0; i < 50; i++) await firstByteMs(client, warmUp.name);
    const times: number[] = [];
    for (const { name } of functions) {
      await delay(pauseMs);
      times.push(await firstByteMs(client, name));
    }
    return [{ peer: running.name, round: 0, values: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) } }];
  } finally {
    await client.close();
    await running.stop();
  }
}

async function firstByteMs(client: Client, functionName: string): Promise<number> {
  const start = performance.now();
  const { statusCode, body } = await client.request({ path: `/fn/${functionName}/`, method: "GET" });
  const ms = performance.now() - start;
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${functionName} answered ${statusCode}: ${text}`);
  return ms;
}
