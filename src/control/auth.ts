import { createMiddleware } from "hono/factory";
import { IsletError } from "../core/errors.ts";
import type { ControlEnv } from "./context.ts";
import { sameToken } from "./token.ts";

/** Lets through only calls that bring the control token. */
export function requireToken(token: string) {
  return createMiddleware<ControlEnv>(async (c, next) => {
    const header = c.req.header("authorization");
    if (header === undefined) throw new IsletError("unauthorized", "The call has no authorization header.");
    const [, sent] = /^Bearer +(\S+)$/i.exec(header) ?? [];
    if (sent === undefined || !sameToken(sent, token))
      throw new IsletError("unauthorized", "The token is not this server's.");
    await next();
  });
}
