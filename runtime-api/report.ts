import { currentInvocation } from "./current.ts";
import { host } from "./host.ts";

/** Logs an error that no code of the tenant's will see. Never throws. */
export function reportError(error: unknown): void {
  const { inspect } = require("./inspect/inspect.ts") as typeof import("./inspect/inspect.ts");
  host.log(currentInvocation(), "error", `Uncaught ${inspect(error)}`);
}
