import { IsletError } from "../core/errors.ts";
import type { InstanceEnd } from "../core/messages.ts";

/** Exit codes of processes that were ended by somebody else: 128 and SIGINT, SIGKILL or SIGTERM. */
const endedFromOutside = new Set([130, 137, 143]);

/** What becomes of the requests in a container that has ended: a function that ended it itself is not tried again. */
export function lossOf(end: InstanceEnd | null): IsletError {
  if (end?.kind === "failed") return new IsletError(end.code, end.message);
  if (end?.outOfMemory) return new IsletError("function_memory_limit", "the container took more memory than it may");
  if (end && !endedFromOutside.has(end.exitCode)) {
    return new IsletError("function_crashed", "the function ended the container that it ran in");
  }
  return new IsletError("container_lost", "the container that ran the function went away");
}
