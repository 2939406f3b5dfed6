/** What a module's rewritten code calls, by the names under which its support module exports it. See src/control/async-context. */
export const asyncHelpers = [
  ...["waiting", "waitingIn", "awaited", "resumed", "resumedIn", "goesOn", "caught", "newToken", "token"],
  ...["passed", "yielded", "continued", "iterated", "resuming", "dispose"],
] as const;

const prefix = "islet:async/";

/** The specifier under which module `name` finds them. */
export function asyncSupport(name: string): string {
  return prefix + name;
}
