import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { IsletError } from "../core/errors.ts";
import { type LimitName, limitNames, requestLimitNames, type TenantTerms } from "../core/limits.ts";
import type { StoredFunction } from "../store/store.ts";
import { bearer, type ControlEnv } from "./context.ts";
import type { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { functionNamePattern } from "./names.ts";
import { errors, json } from "./responses.ts";
import { smallBody } from "./small-body.ts";

const tenantParams = z.object({
  tenant: z
    .string()
    .regex(functionNamePattern, "is not a valid name")
    .openapi({
      param: { name: "tenant", in: "path" },
      description: "As in manifests. A function whose manifest names no tenant is its own.",
      example: "acme",
    }),
});

function amounts<Name extends LimitName>(names: readonly Name[]) {
  const least = (name: Name) => (name === "requestBurst" ? 0 : 1);
  return z.strictObject(
    Object.fromEntries(names.map((name) => [name, z.int().min(least(name)).exactOptional()])) as Record<
      Name,
      z.ZodExactOptional<z.ZodInt>
    >,
  );
}

const termsSchema = z
  .strictObject({
    max: amounts(limitNames)
      .default({})
      .describe(
        "What manifests of its functions may ask for at most; those that are live are held to it too. Not more than the server's.",
      ),
    limits: amounts(requestLimitNames).default({}).describe("Of all its functions together, at once."),
  })
  .openapi("TenantTerms", { description: "What is absent is as for all tenants." });

const tenantSchema = z
  .object({
    tenant: z.string(),
    max: amounts(limitNames),
    limits: amounts(requestLimitNames),
    functions: z.array(z.string()).describe("what it has live"),
  })
  .openapi("Tenant");

const listRoute = createRoute({
  method: "get",
  path: "/v1/tenants",
  operationId: "listTenants",
  summary: "List the tenants",
  security: bearer,
  responses: {
    200: json("All that have functions or terms of their own, by name.", z.object({ tenants: z.array(tenantSchema) })),
    ...errors(),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/v1/tenants/{tenant}",
  operationId: "getTenant",
  summary: "Look at a tenant",
  security: bearer,
  request: { params: tenantParams },
  responses: { 200: json("Its terms and functions.", tenantSchema), ...errors("invalid_name", "not_found") },
});

const putRoute = createRoute({
  method: "put",
  path: "/v1/tenants/{tenant}",
  operationId: "putTenant",
  summary: "Lay down what a tenant may have",
  description:
    "In place of all that was laid down before. On every front before it answers: requests that begin afterwards are held to it, in isolates of their own where it changes what holds there; those in flight end as they began.",
  security: bearer,
  request: { params: tenantParams, body: { required: true, content: { "application/json": { schema: termsSchema } } } },
  middleware: smallBody,
  responses: {
    200: json("Its terms and functions.", tenantSchema),
    ...errors(
      ...(["invalid_name", "bad_request", "limit_too_high", "unsupported_media_type"] as const),
      ...(["upload_too_large", "unavailable"] as const),
    ),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/v1/tenants/{tenant}",
  operationId: "deleteTenant",
  summary: "Treat a tenant like all others again",
  description: "Its functions stay.",
  security: bearer,
  request: { params: tenantParams },
  responses: { 204: { description: "It has no terms of its own." }, ...errors("invalid_name", "unavailable") },
});

/** What the operator lays down for single tenants. */
export function tenants(app: OpenAPIHono<ControlEnv>, deps: ControlDeps, deployer: Deployer): void {
  const { store, logger } = deps;
  let changes: Promise<unknown> = Promise.resolve();

  app.openapi(listRoute, async (c) => {
    const terms = await store.tenants();
    const byTenant = Map.groupBy(await store.list(), ({ fn }) => fn.tenant);
    const names = [...new Set([...byTenant.keys(), ...terms.keys()])].sort();
    return c.json({ tenants: names.map((name) => describe(name, terms.get(name), byTenant.get(name) ?? [])) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenant } = c.req.valid("param");
    const terms = await store.tenant(tenant);
    const functions = await functionsOf(tenant);
    if (!terms && functions.length === 0) throw new IsletError("not_found", `There is no tenant ${tenant}.`);
    return c.json(describe(tenant, terms, functions), 200);
  });

  app.openapi(putRoute, async (c) => {
    const { tenant } = c.req.valid("param");
    const terms: TenantTerms = c.req.valid("json");
    for (const name of limitNames) {
      const [asked, most] = [terms.max[name], deps.limits.max[name]];
      if (asked !== undefined && asked > most) {
        throw new IsletError("limit_too_high", `max.${name} is ${asked}, more than this server's maximum of ${most}.`);
      }
    }
    await inTurn(() => lay(tenant, terms));
    logger.info({ requestId: c.get("requestId"), tenant, ...terms }, "terms of a tenant laid down");
    return c.json(describe(tenant, terms, await functionsOf(tenant)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenant } = c.req.valid("param");
    await inTurn(() => lay(tenant, null));
    logger.info({ requestId: c.get("requestId"), tenant }, "a tenant has no terms of its own any more");
    return c.body(null, 204);
  });

  /** What one takes back must not be what another has just laid down. */
  function inTurn(change: () => Promise<void>): Promise<void> {
    const result = changes.then(change);
    changes = Promise.allSettled([result]);
    return result;
  }

  async function functionsOf(tenant: string): Promise<readonly StoredFunction[]> {
    return (await store.list()).filter(({ fn }) => fn.tenant === tenant);
  }

  /** On every front, or nowhere. */
  async function lay(tenant: string, terms: TenantTerms | null): Promise<void> {
    const before = await store.tenant(tenant);
    const names = (await functionsOf(tenant)).map(({ fn }) => fn.name);
    await store.saveTenant(tenant, terms);
    try {
      await deployer.refresh(names);
    } catch (error) {
      logger.error({ err: error, tenant }, "the terms of a tenant could not be published and are taken back");
      await store.saveTenant(tenant, before);
      await deployer.refresh(names).catch((again: unknown) => {
        logger.error({ err: again, tenant }, "the terms before could not be published again");
      });
      throw error instanceof IsletError
        ? error
        : new IsletError("unavailable", "The change could not be brought to every front.", { cause: error });
    }
  }
}

function describe(
  tenant: string,
  terms: TenantTerms | null | undefined,
  functions: readonly StoredFunction[],
): z.output<typeof tenantSchema> {
  const { max, limits } = terms ?? { max: {}, limits: {} };
  return { tenant, max: { ...max }, limits: { ...limits }, functions: functions.map(({ fn }) => fn.name) };
}
