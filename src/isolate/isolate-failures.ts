import type { DeathReason } from "./death.ts";
import type { InvocationFailure } from "./job.ts";
import type { LoadFailure, LoadFailureKind } from "./load-failure.ts";

/** Characters of an uncaught error's stack that are kept. */
const longestStack = 16 * 1024;

export const deathOfLoadFailure: Record<LoadFailureKind, DeathReason> = {
  syntax: "load_failed",
  threw: "load_failed",
  missing: "load_failed",
  no_handler: "load_failed",
  timeout: "startup_limit",
  memory: "memory_limit",
};

/** What an invocation hears when the modules that it waited for could not be loaded. */
export function failureOfLoad(failure: LoadFailure | undefined): InvocationFailure {
  const kind =
    failure?.kind === "timeout"
      ? "startup_limit"
      : failure?.kind === "memory"
        ? "memory_limit"
        : failure?.kind === "no_handler"
          ? "no_handler"
          : "load_failed";
  return { kind, message: failure?.message ?? "the isolate ended before the request ran", stack: "" };
}

/** What an invocation hears when its isolate died, by its own fault or another's. */
export function failureOfDeath(reason: DeathReason, guilty: boolean): InvocationFailure {
  if (guilty && reason === "cpu_limit")
    return { kind: "cpu_limit", message: "the request used up its CPU time", stack: "" };
  if (guilty && reason === "memory_limit")
    return { kind: "memory_limit", message: "the isolate used up its memory", stack: "" };
  if (reason === "internal") return { kind: "internal", message: "an operation of the runtime failed", stack: "" };
  const why = reason === "no_time" ? "the machine had no time for it" : `because of another request (${reason})`;
  return { kind: "isolate_lost", message: `the isolate ended: ${why}`, stack: "" };
}

/** What one hears that has no CPU time left. */
export const usedUpFailure: InvocationFailure = failureOfDeath("cpu_limit", true);

/** The lines of a stack that are the guest's: isolated-vm adds our own, with the paths of this machine. */
export function guestStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  const boundary = stack.indexOf("\n    at (<isolated-vm boundary>)");
  return stack.slice(0, boundary < 0 ? longestStack : Math.min(boundary, longestStack));
}
