import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { IsletError } from "../core/errors.ts";
import { bearer, type ControlEnv } from "./context.ts";
import type { ControlDeps } from "./deps.ts";
import { errors, json } from "./responses.ts";
import { nameParams } from "./schemas.ts";

const line = z
  .object({
    slopeMs: z.number().describe("what each further request in flight adds"),
    interceptMs: z.number().describe("one request alone"),
    observations: z.int().describe("requests that it was learnt from"),
    residualMs: z.number().describe("how far from it a request usually is"),
  })
  .openapi("Line", { description: "Milliseconds until an answer begins, over the requests in flight." });

const instance = z
  .object({
    kind: z.enum(["isolate", "container"]),
    process: z.string().describe("the process that it is in, or the container's id"),
    place: z.int().nullable().describe("of its process in the group"),
    state: z.string().describe("starting or warm; of containers also paused and thawing"),
    inFlight: z.int(),
    processInFlight: z.int().describe("of all functions in the process"),
    memoryBytes: z.int().nullable().describe("as measured last; null when nobody knows"),
  })
  .openapi("Instance");

const frontView = z
  .object({
    front: z.string(),
    home: z.object({ place: z.int(), process: z.string() }).nullable().describe("by the hash of its tenant"),
    warm: z.array(
      z.object({
        place: z.int(),
        process: z.string(),
        state: z.enum(["starting", "warm"]),
        expectedMs: z.number().describe("what one more request there would take"),
        idleMs: z.number(),
      }),
    ),
    lines: z.object({ balancing: line, placement: line }).nullable().describe("null when it had no request here"),
    typical: z
      .object({ balancing: line, placement: line })
      .nullable()
      .describe("of all versions in isolates: what one that was never seen is taken to cost; null of containers"),
    queue: z.object({
      waiting: z.int().describe("requests for its group that wait"),
      expectedWaitMs: z.number().nullable().describe("of one more, by the lines; null when nothing is known"),
    }),
    decisions: z
      .array(
        z.object({
          kind: z.string().describe("see docs/scheduling.md"),
          place: z.int(),
          process: z.string().nullable().describe("that fills the place now"),
          expectedMs: z.number(),
          at: z.iso.datetime(),
        }),
      )
      .describe("the last ones for a new instance, oldest first"),
    observations: z
      .array(z.object({ cold: z.boolean(), inFlight: z.int(), tookMs: z.number() }))
      .describe("what the lines were last learnt from, oldest first"),
  })
  .openapi("FrontPlacement", { description: "Each front learns and decides for itself." });

const placementSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    group: z.string(),
    instances: z.array(instance),
    fronts: z.array(frontView),
    missing: z.array(z.string()).describe("processes that did not answer in time"),
  })
  .openapi("FunctionPlacement");

const route = createRoute({
  method: "get",
  path: "/v1/functions/{name}/placement",
  operationId: "getPlacement",
  summary: "Where a function runs now, and why there",
  security: bearer,
  request: { params: nameParams },
  responses: {
    200: json("Its instances, and what each front knows of it.", placementSchema),
    ...errors("invalid_name", "not_found"),
  },
});

export function placement(app: OpenAPIHono<ControlEnv>, deps: ControlDeps): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid("param");
    const stored = await deps.store.get(name);
    if (!stored) throw new IsletError("not_found", `There is no function ${name}.`);
    const { group, instances, fronts, missing } = await deps.placementOf(stored.fn);
    const views = fronts.map(({ containers: _, local: __, warm, decisions, observations, ...view }) => ({
      ...view,
      warm: [...warm],
      decisions: decisions.map(({ atMs, ...decision }) => ({ ...decision, at: new Date(atMs).toISOString() })),
      observations: [...observations],
    }));
    const version = stored.fn.versionId;
    return c.json({ name, version, group, instances: [...instances], fronts: views, missing: [...missing] }, 200);
  });
}
