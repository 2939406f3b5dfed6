import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import { expectedAnswer, type GoodFunction } from "./good-functions.ts";
import type { Tally } from "./tally.ts";
import { ZipfPick } from "./zipf-pick.ts";

const answerMs = 60_000;
const mostThinkMs = 8;
/** A stream that takes a second on a busy machine is cut by more than one of the kills. */
const mostTries = 5;
/** Before a new try: a client that connects again at once may still meet the process that is dying. */
const reconnectMs = 100;
const errorTextLength = 200;

export interface GoodTraffic {
  readonly origin: string;
  readonly functions: readonly GoodFunction[];
  readonly clients: number;
  readonly tally: Tally;
  /** Whether a connection that broke at this time of performance.now() broke with a killed front. */
  readonly frontWasKilled: (at: number) => boolean;
  /** What must not be, a line each. */
  readonly failures: string[];
  readonly stop: AbortSignal;
}

type Outcome = { readonly broken: string } | { readonly status: number; readonly text: string };

/** Good clients, a request after the other on a connection each, until they are stopped. */
export async function goodTraffic(traffic: GoodTraffic): Promise<void> {
  const pick = new ZipfPick(traffic.functions);
  let n = 0;
  async function client(): Promise<void> {
    const connection = new Client(traffic.origin, { headersTimeout: answerMs, bodyTimeout: answerMs });
    while (!traffic.stop.aborted) {
      await oneRequest(traffic, connection, pick.next(), n++);
      await delay(Math.random() * mostThinkMs);
    }
    await connection.close();
  }
  await Promise.all(Array.from({ length: traffic.clients }, client));
}

async function oneRequest(traffic: GoodTraffic, connection: Client, fn: GoodFunction, n: number): Promise<void> {
  const { tally, failures } = traffic;
  tally.sent(fn.kind);
  let outcome = await send(connection, fn, n);
  for (let tries = 1; "broken" in outcome && tries < mostTries; tries++) {
    const why = permitted(traffic, fn, outcome.broken);
    if (why === undefined) {
      tally.other(fn.kind, "connection broke");
      failures.push(`${fn.method} ${fn.name}: the connection broke though no front was killed: ${outcome.broken}`);
      return;
    }
    tally.other(fn.kind, fn.idempotent ? `sent again, ${why}` : `lost, ${why}`);
    if (!fn.idempotent) return;
    await delay(reconnectMs);
    outcome = await send(connection, fn, n);
  }
  if (!("broken" in outcome) && outcome.status === 200 && outcome.text === expectedAnswer(fn, n)) {
    tally.answered(fn.kind);
    return;
  }
  const what = "broken" in outcome ? `broken ${mostTries} times: ${outcome.broken}` : describe(outcome);
  tally.other(fn.kind, what);
  const byRight = !fn.idempotent && "status" in outcome && outcome.status === 502;
  if (!byRight) failures.push(`${fn.method} ${fn.name}: ${what}`);
}

/** Why it may be that a connection broke; undefined when it may not. */
function permitted({ frontWasKilled }: GoodTraffic, fn: GoodFunction, broken: string): string | undefined {
  if (frontWasKilled(performance.now())) return "its front was killed";
  // The status has been sent, so that nobody but the client can ask again.
  return fn.streams && broken.startsWith("in the body") ? "its answer was cut" : undefined;
}

async function send(connection: Client, { name, method, body }: GoodFunction, n: number): Promise<Outcome> {
  let where = "before the answer";
  try {
    const answer = await connection.request({ path: `/fn/${name}/?n=${n}`, method, body });
    where = "in the body";
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    return { broken: `${where}: ${error instanceof Error ? error.message : error}${code}` };
  }
}

function describe({ status, text }: { status: number; text: string }): string {
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  if (code !== undefined) return `${status} ${code}`;
  return status === 200 ? `another's answer: ${text.slice(0, errorTextLength)}` : `${status}`;
}
