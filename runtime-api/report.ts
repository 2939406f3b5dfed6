import { currentInvocation } from "./current.ts";
import { host } from "./host.ts";
import { requireArguments } from "./webidl.ts";

/** Whom the code that reports is, so that its own frames are not taken for the place of the error. */
type Reporter = (...args: never[]) => unknown;

/** Tells the listeners of the global scope, when it has any. True: one of them has seen to the error. */
let tellGlobalScope: ((error: unknown, reporter: Reporter) => boolean) | undefined;

export function onReport(tell: NonNullable<typeof tellGlobalScope>): void {
  tellGlobalScope = tell;
}

/** Reports an error that no code of the tenant's has caught: to the global scope's listeners, else to the log. Never throws. */
export function report(error: unknown, reporter: Reporter = report): void {
  try {
    if (tellGlobalScope?.(error, reporter)) return;
  } catch {
    // The tenant has replaced what telling it relies on: the log hears of the error all the same.
  }
  const { inspect } = require("./inspect/inspect.ts") as typeof import("./inspect/inspect.ts");
  host.log(currentInvocation(), "error", `Uncaught ${inspect(error)}`);
}

export function reportError(error: unknown): void {
  requireArguments(arguments.length, 1, "reportError");
  report(error, reportError);
}
