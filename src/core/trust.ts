/**
 * What a version did inside its isolate that is held against it:
 * - `cpu`, `memory`, `startup`: it ran into the limit of that name, and its isolate was ended for it;
 * - `probe`: it felt its way around timers or memory as no honest program does;
 * - `catastrophic`: V8 gave its isolate up, which leaves a thread or memory behind in the process.
 */
export type BreachKind = "cpu" | "memory" | "startup" | "probe" | "catastrophic";

/**
 * How a version ended its whole process: it `crashed` it, held its thread for too long (`stalled`), or
 * made it grow past what a pool process may take (`outgrown`).
 */
export type ProcessOffence = "crashed" | "stalled" | "outgrown";

export type Offence = BreachKind | ProcessOffence;

/** What is remembered of a version that was in quarantine, also past a restart. Times are epoch milliseconds. */
export interface TrustRecord {
  /** `name@version`. */
  readonly key: string;
  readonly tenant: string;
  /** How often it was quarantined, less what it has made good since. */
  readonly level: number;
  readonly breaches: number;
  readonly reasons: readonly (Offence | "tenant")[];
  readonly quarantine: { readonly sinceMs: number; readonly untilMs: number } | null;
  /** The last offence or the end of the last quarantine. */
  readonly lastMs: number;
  /** When it was quarantined for what it did itself, which is held against its tenant. */
  readonly blamedMs: number | null;
}

/** Where a version stands. */
export interface Standing {
  readonly state: "trusted" | "quarantined";
  /** When its quarantine began, and when it ends if nothing more happens; epoch milliseconds. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** How often it did what is held against it, as far back as that is remembered. */
  readonly breaches: number;
  /** What that was; `tenant`: others of its tenant's versions did, so that this one began in quarantine. */
  readonly reasons: readonly (Offence | "tenant")[];
}
