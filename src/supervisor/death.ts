/** Why a child process is no more. */
export type DeathReason =
  /** It exited by itself, ready or not, without having been told to drain. */
  | "exited"
  /** A signal that was not ours ended it. */
  | "crashed"
  /** The system could not start it. */
  | "spawn_failed"
  /** It was not ready in time; killed. */
  | "start_timeout"
  /** It left beats unanswered for too long; killed. */
  | "stalled"
  /** It sent a front what no pool process of ours sends; killed. */
  | "forged"
  /** It did not take over a change in time, so it may serve what is no longer live; killed. */
  | "unresponsive"
  /** A check in it took too long; killed. */
  | "check_timeout"
  /** It held more memory than a pool process may; killed, by the supervisor or the kernel. */
  | "memory_limit"
  /** Its place had been given to another and its requests were over; killed. */
  | "retired"
  /** It was told to drain and exited with 0. */
  | "drained"
  /** It was told to drain and took too long; killed. */
  | "drain_timeout"
  /** The supervisor stops at once; killed. */
  | "stopped";

/** Reasons for which the supervisor itself sends SIGKILL. */
export type KillReason = Extract<
  DeathReason,
  | "start_timeout"
  | "stalled"
  | "memory_limit"
  | "forged"
  | "retired"
  | "unresponsive"
  | "check_timeout"
  | "drain_timeout"
  | "stopped"
>;

export interface Death {
  readonly reason: DeathReason;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** How long it had been ready, in milliseconds; 0 when it never was. */
  readonly readyMs: number;
}

/** One clause for a log line: "crashed (SIGSEGV)". */
export function describeDeath(death: Death): string {
  if (death.reason === "crashed") return `crashed (${death.signal})`;
  if (death.reason === "exited") return `exited with ${death.exitCode}`;
  return death.reason.replace("_", " ");
}

/** Whether something went wrong, rather than came to its end. */
export function isUnexpected(death: Death): boolean {
  return death.reason !== "drained" && death.reason !== "stopped" && death.reason !== "retired";
}
