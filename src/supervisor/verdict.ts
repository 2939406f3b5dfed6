import type { Verdict } from "../core/messages.ts";
import type { ProcessOffence } from "../core/trust.ts";
import type { Death } from "./death.ts";

/** Signals by which a process ends itself, or is ended for what it did. SIGKILL and SIGTERM come from outside. */
const ownSignals = new Set(["SIGABRT", "SIGSEGV", "SIGTRAP", "SIGILL", "SIGBUS", "SIGFPE"]);

export const nobody = { guilty: [], how: null } as const;

/** What a pool process had noted when it died. */
export interface LastNotes {
  /** The isolate key of the version that was entered last on the main thread. */
  readonly main: string | null;
  /** Those of the versions that were on threads. */
  readonly threads: readonly string[];
}

/**
 * Who is to blame for the death of a pool process, if it is one that guest code can bring about. A
 * process is held by what is on its main thread. Whatever else it dies of is rather the doing of what
 * is on threads: long and doubtful code is there, and what is on the main thread may be over.
 */
export function verdictOf(death: Death, notes: LastNotes): Pick<Verdict, "guilty" | "how"> {
  const how = offenceOf(death);
  if (how === null) return nobody;
  const main = notes.main === null ? [] : [notes.main];
  const guilty = how === "stalled" || notes.threads.length === 0 ? main : notes.threads;
  return guilty.length === 0 ? nobody : { guilty, how };
}

function offenceOf(death: Death): ProcessOffence | null {
  switch (death.reason) {
    case "crashed":
      return ownSignals.has(death.signal ?? "") ? "crashed" : null;
    case "exited":
      return "crashed";
    case "stalled":
      return "stalled";
    case "memory_limit":
      return "outgrown";
    default:
      return null;
  }
}
