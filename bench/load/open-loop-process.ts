import { Agent, get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

// A process of its own, so that its work is not in the times that others measure meanwhile.
const { url, rate, seconds, patienceMs }: OpenLoop = JSON.parse(process.env.BENCH_LOAD ?? "{}");

/** What it is asked to do. */
export interface OpenLoop {
  readonly url: string;
  readonly rate: number;
  readonly seconds: number;
  readonly patienceMs: number;
}

/** Status, when it was sent, and how long it took. */
export type OpenLoopRow = readonly [status: number, sentAtMs: number, tookMs: number];

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 100_000 });
const startedAt = performance.now();

function request(): Promise<OpenLoopRow> {
  const sentAt = performance.now();
  return new Promise((resolve) => {
    const over = (status: number) => resolve([status, sentAt - startedAt, performance.now() - sentAt]);
    const outgoing = get(url, { agent, timeout: patienceMs }, (answer) => {
      answer.resume().on("end", () => over(answer.statusCode ?? 0));
      answer.on("error", () => over(0));
    });
    // No answer is what is counted here.
    outgoing.on("error", () => over(0));
    outgoing.on("timeout", () => outgoing.destroy());
  });
}

const all: Promise<OpenLoopRow>[] = [];
for (let i = 0; i < rate * seconds; i++) {
  const waitMs = startedAt + (i * 1_000) / rate - performance.now();
  if (waitMs > 1) await delay(waitMs);
  all.push(request());
}
const rows = await Promise.all(all);
agent.destroy();
console.log(JSON.stringify(rows));
