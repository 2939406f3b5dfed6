import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { IsletError } from "../core/errors.ts";
import { bearer, type ControlEnv } from "./context.ts";
import type { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { describeFunction, describePlacement } from "./functions.ts";
import { errors, json } from "./responses.ts";
import { functionSchema, nameParams, rollbackSchema, versionListSchema } from "./schemas.ts";
import { smallBody } from "./small-body.ts";

const versionsRoute = createRoute({
  method: "get",
  path: "/v1/functions/{name}/versions",
  operationId: "listVersions",
  summary: "List a function's versions",
  security: bearer,
  request: { params: nameParams },
  responses: { 200: json("Its versions.", versionListSchema), ...errors("invalid_name", "not_found") },
});

const rollbackRoute = createRoute({
  method: "post",
  path: "/v1/functions/{name}/rollback",
  operationId: "rollbackFunction",
  summary: "Make an earlier version live again",
  description: "With the routes and egress lists that it had. On every front before it answers.",
  security: bearer,
  request: {
    params: nameParams,
    body: { required: false, content: { "application/json": { schema: rollbackSchema } } },
  },
  middleware: smallBody,
  responses: {
    200: json("The function and what is live of it now.", functionSchema),
    ...errors(
      "invalid_name",
      "bad_request",
      "not_found",
      "no_previous_version",
      "route_taken",
      "unsupported_media_type",
      "upload_too_large",
      "unavailable",
    ),
  },
});

export function versions(app: OpenAPIHono<ControlEnv>, deps: ControlDeps, deployer: Deployer): void {
  app.openapi(versionsRoute, async (c) => {
    const { name } = c.req.valid("param");
    const stored = await deps.store.versions(name);
    if (stored.length === 0) throw new IsletError("not_found", `There is no function ${name}.`);
    const list = stored.map(({ id, bytes, limits, placement, createdAtMs, live }) => ({
      ...{ id, bytes, tier: placement.now, placement: describePlacement(placement) },
      limits: { ...limits },
      createdAt: new Date(createdAtMs).toISOString(),
      live,
    }));
    return c.json({ versions: list }, 200);
  });

  app.openapi(rollbackRoute, async (c) => {
    const { name } = c.req.valid("param");
    const { version } = c.req.valid("json");
    const stored = await deployer.rollback(name, version ?? null);
    const id = stored.fn.versionId;
    deps.logger.info({ requestId: c.get("requestId"), function: name, version: id }, "rolled back");
    return c.json(describeFunction(stored, deps), 200);
  });
}
