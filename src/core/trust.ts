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
