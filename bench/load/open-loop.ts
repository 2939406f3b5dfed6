import { setTimeout as delay } from "node:timers/promises";
import { Agent } from "undici";

/** Without an answer for so long a request has failed. */
const patienceMs = 30_000;

export interface OpenLoopRequest {
  /** 0: there was no answer. */
  readonly status: number;
  /** By performance.now(). */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

/**
 * GETs at a fixed rate, each on a connection that no other request uses meanwhile: what a server does not answer keeps nobody
 * from asking.
 */
export async function openLoop(url: string, rate: number, seconds: number): Promise<OpenLoopRequest[]> {
  const agent = new Agent({ headersTimeout: patienceMs, bodyTimeout: patienceMs });
  const { origin, pathname } = new URL(url);
  const requests: OpenLoopRequest[] = [];

  async function request(): Promise<void> {
    const sentAtMs = performance.now();
    let status = 0;
    try {
      const { statusCode, body } = await agent.request({ origin, path: pathname, method: "GET" });
      await body.dump();
      status = statusCode;
    } catch {
      // No answer is what is counted here.
    }
    requests.push({ status, sentAtMs, tookMs: performance.now() - sentAtMs });
  }

  const startedAtMs = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const waitMs = startedAtMs + (i * 1_000) / rate - performance.now();
    if (waitMs > 1) await delay(waitMs);
    all.push(request());
  }
  await Promise.all(all);
  await agent.destroy();
  return requests;
}
