import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { bearer, type ControlEnv } from "./context.ts";
import type { ControlDeps } from "./deps.ts";
import { errors, json } from "./responses.ts";

const isolationSchema = z
  .object({
    isolation: z.enum(["shared", "strict", "none"]).describe("the setting: who shares a process with whom"),
    confinement: z.enum(["auto", "require", "off"]).describe("the setting"),
    measures: z.array(
      z.object({
        name: z.string(),
        inForce: z.boolean().describe("for every process that runs functions, as the kernel says"),
        why: z.string().nullable().describe("why it is not"),
      }),
    ),
  })
  .openapi("Isolation");

const route = createRoute({
  method: "get",
  path: "/v1/health/isolation",
  operationId: "getIsolation",
  summary: "What holds the processes that run functions",
  security: bearer,
  responses: { 200: json("Each measure, and whether it is in force.", isolationSchema), ...errors() },
});

/** Behind the token: what is missing would interest an attacker. */
export function isolation(app: OpenAPIHono<ControlEnv>, deps: ControlDeps): void {
  app.openapi(route, (c) => {
    const { isolation: mode, confinement, measures } = deps.isolation();
    return c.json({ isolation: mode, confinement, measures: [...measures] }, 200);
  });
}
