/** `warn`: Islet does without; `fail`: it does not start, or not as it is set. */
export type FindingState = "ok" | "warn" | "fail";

/** What one look at the machine has found. */
export interface Finding {
  readonly check: string;
  readonly state: FindingState;
  readonly message: string;
  /** What to install or to set. */
  readonly remedy: string | null;
}

export function ok(check: string, message: string): Finding {
  return { check, state: "ok", message, remedy: null };
}

export function warn(check: string, message: string, remedy: string): Finding {
  return { check, state: "warn", message, remedy };
}

export function fail(check: string, message: string, remedy: string): Finding {
  return { check, state: "fail", message, remedy };
}
