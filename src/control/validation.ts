import type { Hook } from "@hono/zod-openapi";
import { IsletError } from "../core/errors.ts";
import type { ControlEnv } from "./context.ts";

/** What a schema refuses becomes an error of ours. */
export const refuseInvalid: Hook<unknown, ControlEnv, string, undefined> = (result, c) => {
  if (result.success) return undefined;
  if (result.target === "param") {
    const { name, tenant } = c.req.param() as { name?: string; tenant?: string };
    throw new IsletError("invalid_name", `${JSON.stringify(name ?? tenant)} is no valid name.`);
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new IsletError("bad_request", problems.join("; "));
};
