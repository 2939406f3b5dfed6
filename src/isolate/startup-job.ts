import type { LogLevel } from "../../runtime-api/ops.ts";
import type { Job } from "./job.ts";

const noRequest = "is not possible while modules are evaluated: do it in fetch()";

/** The pseudo-request under which modules are evaluated: it can log and wait, but not do I/O. */
export function startupJob(log: (level: LogLevel, text: string) => void, fetchFailed: (exchange: number, message: string) => void): Job {
  return {
    started: () => {},
    respond: () => {},
    failed: () => {},
    done: () => {},
    log,
    pull: () => {},
    cancelBody: () => {},
    write: () => false,
    close: () => {},
    abort: () => {},
    fetch: (exchange) => fetchFailed(exchange, `fetch ${noRequest}`),
    abortFetch: () => {},
  };
}
