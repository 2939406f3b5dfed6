/** Why an isolate ended. Every death has one of these names, in logs and metrics. */
export type DeathReason =
  /** Its memory was needed for others. */
  | "evicted"
  /** A request ran past its CPU limit; the rest of the isolate's state cannot be trusted. */
  | "cpu_limit"
  /** The clock ended an entry for which the machine had no CPU time: nobody's fault. */
  | "no_time"
  | "memory_limit"
  | "startup_limit"
  /** Its version runs on threads from now on. */
  | "moved"
  /** Its modules did not load. */
  | "load_failed"
  /** It was made to check an upload, and that is done. */
  | "checked"
  /** A host op failed: a fault of Islet. */
  | "internal"
  | "shutdown";
