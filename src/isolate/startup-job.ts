import type { LogLevel } from "../../runtime-api/ops.ts";
import type { Job } from "./job.ts";

const noRequest = "is not possible while modules are evaluated: do it in fetch()";

/** The pseudo-request under which modules are evaluated: it can log and wait, but not do I/O. */
export function startupJob(
  log: (level: LogLevel, text: string) => void,
  fetchFailed: (exchange: number, message: string) => void,
): Job {
  const ignored = (): undefined => undefined;
  return {
    started: ignored,
    respond: ignored,
    failed: ignored,
    done: ignored,
    log,
    limitHit: (_limit, message) => log("warn", message),
    pull: ignored,
    cancelBody: ignored,
    write: () => false,
    close: ignored,
    abort: ignored,
    fetch: (exchange) => fetchFailed(exchange, `fetch ${noRequest}`),
    abortFetch: ignored,
  };
}
