import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { openEgress } from "../core/egress.ts";
import { IsletError } from "../core/errors.ts";
import type { Placement, StoredFunction } from "../store/store.ts";
import { bearer, type ControlEnv } from "./context.ts";
import type { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { errors, json } from "./responses.ts";
import { functionListSchema, functionSchema, nameParams } from "./schemas.ts";

const listRoute = createRoute({
  method: "get",
  path: "/v1/functions",
  operationId: "listFunctions",
  summary: "List the functions",
  security: bearer,
  responses: { 200: json("All functions, by name.", functionListSchema), ...errors() },
});

const getRoute = createRoute({
  method: "get",
  path: "/v1/functions/{name}",
  operationId: "getFunction",
  summary: "Look at a function",
  security: bearer,
  request: { params: nameParams },
  responses: {
    200: json("The function and what is live of it.", functionSchema),
    ...errors("invalid_name", "not_found"),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/v1/functions/{name}",
  operationId: "deleteFunction",
  summary: "Delete a function",
  description: "With all its versions, on every front before it answers.",
  security: bearer,
  request: { params: nameParams },
  responses: { 204: { description: "It is gone." }, ...errors("invalid_name", "not_found", "unavailable") },
});

export function functions(app: OpenAPIHono<ControlEnv>, deps: ControlDeps, deployer: Deployer): void {
  app.openapi(listRoute, async (c) => {
    const stored = await deps.store.list();
    return c.json({ functions: stored.map((one) => describeFunction(one, deps)) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { name } = c.req.valid("param");
    const stored = await deps.store.get(name);
    if (!stored) throw new IsletError("not_found", `There is no function ${name}.`);
    return c.json(describeFunction(stored, deps), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { name } = c.req.valid("param");
    await deployer.remove(name);
    deps.logger.info({ requestId: c.get("requestId"), function: name }, "deleted");
    return c.body(null, 204);
  });
}

export function describeFunction(stored: StoredFunction, deps: ControlDeps): z.output<typeof functionSchema> {
  const { fn, placement, bytes, createdAtMs, deployedAtMs } = stored;
  const { allow, deny } = fn.egress ?? openEgress;
  return {
    name: fn.name,
    tenant: fn.tenant,
    version: fn.versionId,
    urls: deps.urlsOf(fn),
    routes: [...fn.routes],
    tier: placement.now,
    placement: describePlacement(placement),
    maxInstances: fn.scaling?.maxInstances ?? null,
    concurrency: fn.scaling?.concurrency ?? null,
    limits: { ...fn.limits },
    egress: { allow: allow && [...allow], deny: [...deny] },
    bytes,
    createdAt: new Date(createdAtMs).toISOString(),
    deployedAt: new Date(deployedAtMs).toISOString(),
    trust: describeTrust(deps.trustOf(fn)),
  };
}

export function describePlacement(placement: Placement): z.output<typeof functionSchema>["placement"] {
  const { asked, sinceMs, why } = placement;
  return { asked, since: new Date(sinceMs).toISOString(), why };
}

function describeTrust(trust: ReturnType<ControlDeps["trustOf"]>): z.output<typeof functionSchema>["trust"] {
  const { state, sinceMs, untilMs, breaches, reasons, group } = trust;
  return { state, since: momentOf(sinceMs), until: momentOf(untilMs), breaches, reasons: [...reasons], group };
}

function momentOf(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
