import { Hono } from "hono";
import { errorBody, IsletError } from "../core/errors.ts";
import type { AccessLog } from "./access-log.ts";

/** The server's own answers, where no function has the host and path. */
export function unroutedApp(nextRequestId: () => string, accessLog: AccessLog): Hono {
  const app = new Hono();
  for (const path of ["/healthz", "/readyz"]) app.get(path, (c) => c.text("ok\n"));
  app.notFound((c) => {
    const requestId = nextRequestId();
    const error = new IsletError("no_route", "no function has this host and path");
    accessLog.refused({ requestId, method: c.req.method, url: c.req.url }, error);
    return c.json(errorBody(error, requestId), 404);
  });
  return app;
}
