import { IsletError } from "../core/errors.ts";
import type { Verdict } from "../core/messages.ts";

/**
 * What becomes of a request of version `key` whose pool process has died: the guilty one is not tried again.
 *
 * @param heardOf whether the process had said anything of it. Before it enters another version it sends what it has to
 *   say of those before: what it had not begun with when the last version was entered, it never has.
 */
export function lossOf(key: string, verdict: Verdict | null, heardOf: boolean): IsletError {
  if (!verdict?.guilty.includes(key)) {
    const entered = verdict?.entered ?? key;
    const notBegun = entered !== key && !heardOf;
    return new IsletError("pool_lost", "the process that ran the function went away", { notBegun });
  }
  switch (verdict.how) {
    case "stalled":
      return new IsletError("function_stalled", "the function held its process until that was killed");
    case "outgrown":
      return new IsletError("function_memory_limit", "the function made its process take more memory than it may");
    default:
      return new IsletError("function_crashed", "the function ended the process that it ran in");
  }
}
