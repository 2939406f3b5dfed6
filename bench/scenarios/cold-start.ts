import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import type { Sample } from "../metrics.ts";
import { type BenchFunction, manyFunctions } from "../peer.ts";
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

/** Afterwards as many to a function that is warm, after the same rest: what of a first request is not the cold start's. */
async function firstRequests(
  { coldFunctions, warmUpSeconds }: BenchSettings,
  isletSettings: Record<string, number | string>,
): Promise<Sample[]> {
  const functions = manyFunctions(coldFunctions);
  const warm: BenchFunction = { name: "warm", kind: "hello" };
  const running = await startIslet([warm, ...functions], { settings: { PREWARM: "off", ...isletSettings } });
  const client = new Client(new URL(running.url(warm.name)).origin);
  try {
    // The client's connection and the code of the path are warm, as in other scenarios; the functions are not.
    const warmAtMs = performance.now() + 1_000 * warmUpSeconds;
    while (performance.now() < warmAtMs) await firstByteMs(client, warm.name);
    const times = { first: [] as number[], warm: [] as number[] };
    for (const { name } of functions) {
      await delay(pauseMs);
      times.first.push(await firstByteMs(client, name));
    }
    for (const _ of functions) {
      await delay(pauseMs);
      times.warm.push(await firstByteMs(client, warm.name));
    }
    return [sampleOf(running.name, times.first), sampleOf(`${running.name}, warm`, times.warm)];
  } finally {
    await client.close();
    await running.stop();
  }
}

function sampleOf(peer: string, times: readonly number[]): Sample {
  return { peer, round: 0, values: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) } };
}

async function firstByteMs(client: Client, functionName: string): Promise<number> {
  const start = performance.now();
  const { statusCode, body } = await client.request({ path: `/fn/${functionName}/`, method: "GET" });
  const ms = performance.now() - start;
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${functionName} answered ${statusCode}: ${text}`);
  return ms;
}
