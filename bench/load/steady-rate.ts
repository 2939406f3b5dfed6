import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { quantile } from "../statistics.ts";

/** Beyond it requests wait for a connection, and that waiting is counted. */
const connections = 64;
/** Without an answer for so long a request has failed, and took so long. */
const patienceMs = 2_000;

export interface SteadyResult {
  readonly requests: number;
  /** With a status of 200. */
  readonly answered: number;
  /** Of all requests, those without an answer at their time-out. NaN when there are none. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * GETs at a fixed rate from this process, whether the ones before have been answered or not: for
 * rates at which a generator of its own would idle, and for servers that may stop to answer at all.
 * Paths are asked for in turn. A request's time counts from the moment at which it was due, so that
 * what waits behind a slow one is seen.
 */
export async function steadyRate(urls: readonly string[], rate: number, seconds: number): Promise<SteadyResult> {
  const [first = ""] = urls;
  const pool = new Pool(new URL(first).origin, { connections, headersTimeout: patienceMs, bodyTimeout: patienceMs });
  const paths = urls.map((url) => new URL(url).pathname);
  const times: number[] = [];
  let answered = 0;

  async function request(path: string, dueAt: number): Promise<void> {
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const { statusCode, body } = await pool.request({ path, method: "GET", signal });
      await body.dump();
      if (statusCode === 200) answered++;
    } catch {
      // No answer is what is counted here.
    }
    times.push(performance.now() - dueAt);
  }

  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const dueAt = startedAt + (i * 1_000) / rate;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await delay(waitMs);
    all.push(request(paths[i % paths.length] ?? "/", dueAt));
  }
  await Promise.all(all);
  await pool.destroy();
  return { requests: times.length, answered, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}
