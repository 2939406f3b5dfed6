import { fileURLToPath } from "node:url";
import { output } from "./command.ts";
import type { OpenLoop, OpenLoopRow } from "./open-loop-process.ts";

/** Without an answer for so long a request has failed. */
const patienceMs = 30_000;

const script = fileURLToPath(new URL("open-loop-process.ts", import.meta.url));

export interface OpenLoopRequest {
  /** 0: there was no answer. */
  readonly status: number;
  /** Since the first was sent. */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

/**
 * GETs at a fixed rate, each on a connection that no other request uses meanwhile: what a server does not answer keeps nobody
 * from asking.
 */
export async function openLoop(url: string, rate: number, seconds: number): Promise<OpenLoopRequest[]> {
  const load: OpenLoop = { url, rate, seconds, patienceMs };
  const text = await output(process.execPath, [script], seconds + patienceMs / 1_000, {
    BENCH_LOAD: JSON.stringify(load),
  });
  const rows: readonly OpenLoopRow[] = JSON.parse(text);
  return rows.map(([status, sentAtMs, tookMs]) => ({ status, sentAtMs, tookMs }));
}
