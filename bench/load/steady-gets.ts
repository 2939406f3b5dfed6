import { Pool } from "undici";

export interface TimedRequest {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ok: boolean;
}

/** GETs on kept-alive connections, one after another on each, until `end` is called. Times are of performance.now(). */
export function steadyGets(url: string, connections: number): { end(): Promise<TimedRequest[]> } {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const requests: TimedRequest[] = [];
  let going = true;

  async function one(): Promise<boolean> {
    try {
      const { statusCode, body } = await pool.request({ path: pathname, method: "GET" });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false; // A connection that was lost is what is being counted.
    }
  }

  async function loop(): Promise<void> {
    while (going) {
      const startedAt = performance.now();
      const ok = await one();
      requests.push({ startedAt, endedAt: performance.now(), ok });
    }
  }

  const loops = Promise.all(Array.from({ length: connections }, loop));
  return {
    async end() {
      going = false;
      await loops;
      await pool.close();
      return requests;
    },
  };
}
