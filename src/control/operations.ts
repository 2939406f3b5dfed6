import type { OpenAPIHono } from "@hono/zod-openapi";
import { IsletError } from "../core/errors.ts";
import type { ControlEnv } from "./context.ts";
import type { ControlDeps } from "./deps.ts";
import { answerError } from "./error-answers.ts";

const prometheusText = "text/plain; version=0.0.4; charset=utf-8";

/** For load balancers and Prometheus, which bring no token. */
export function operations(app: OpenAPIHono<ControlEnv>, deps: ControlDeps): void {
  app.get("/healthz", (c) => c.json({ status: "ok" }));

  app.get("/readyz", (c) => {
    const { ready, summary } = deps.health();
    return ready ? c.json({ status: "ready", summary }) : answerError(c, new IsletError("unavailable", summary));
  });

  app.get("/metrics", async (c) => c.body(await deps.metrics(), 200, { "content-type": prometheusText }));
}
