import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import type { HostileFunction } from "./hostile-functions.ts";
import type { Tally } from "./tally.ts";

/** In flight at once: some of them take seconds to be ended. */
const connections = 12;
const patienceMs = 10_000;
/** Of an answer that does not end. */
const enoughBytes = 256 * 1024;
/** Functions that end their process come up so much less often. */
const killersEvery = 40;

export interface HostileTraffic {
  readonly origin: string;
  readonly functions: readonly HostileFunction[];
  readonly requestsPerSecond: number;
  readonly tally: Tally;
  readonly stop: AbortSignal;
}

/** Requests of hostile functions at a steady rate in all, until they are stopped. */
export async function hostileTraffic(traffic: HostileTraffic): Promise<void> {
  const killers = traffic.functions.filter(({ kills }) => kills);
  const others = traffic.functions.filter(({ kills }) => !kills);
  const pauseMs = (connections * 1_000) / traffic.requestsPerSecond;
  let turn = 0;

  function next(): HostileFunction | undefined {
    turn++;
    const killing = killers.length > 0 && turn % killersEvery === 0;
    return killing ? killers[(turn / killersEvery) % killers.length] : others[turn % others.length];
  }

  async function client(_: unknown, i: number): Promise<void> {
    const connection = new Client(traffic.origin);
    await delay((pauseMs * i) / connections);
    while (!traffic.stop.aborted) {
      const fn = next();
      if (fn) await oneRequest(connection, fn, traffic.tally);
      await delay(pauseMs * (0.5 + Math.random()));
    }
    await connection.destroy();
  }
  await Promise.all(Array.from({ length: connections }, client));
}

async function oneRequest(connection: Client, { name, kind }: HostileFunction, tally: Tally): Promise<void> {
  tally.sent(kind);
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const { statusCode, body } = await connection.request({ path: `/fn/${name}/`, method: "GET", signal });
    let text = "";
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (text.length < 1_000) text += chunk;
      if (bytes > enoughBytes) break;
    }
    if (statusCode < 400) tally.answered(kind);
    else tally.other(kind, `${statusCode} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ""}`);
  } catch (error) {
    tally.other(kind, error instanceof Error && error.name === "TimeoutError" ? "client gave up" : "connection broke");
  }
}
