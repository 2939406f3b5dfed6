import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { bearer, type ControlEnv } from "./context.ts";
import type { ControlDeps } from "./deps.ts";
import { errors, json } from "./responses.ts";

function measures(meaning: string) {
  return z.array(
    z.object({
      name: z.string(),
      inForce: z.boolean().describe(meaning),
      why: z.string().nullable().describe("why it is not"),
    }),
  );
}

const isolationSchema = z
  .object({
    isolation: z.enum(["shared", "strict", "none"]).describe("the setting: who shares a process with whom"),
    confinement: z.enum(["auto", "require", "off"]).describe("the setting"),
    measures: measures("for every process that runs functions, as the kernel says"),
    parsers: measures(
      "for the process that read the last upload that names async_hooks, as the kernel said; for the first, as planned",
    ),
  })
  .openapi("Isolation");

const route = createRoute({
  method: "get",
  path: "/v1/health/isolation",
  operationId: "getIsolation",
  summary: "What holds the processes that run functions, and those that read uploads",
  security: bearer,
  responses: { 200: json("Each measure, and whether it is in force.", isolationSchema), ...errors() },
});

/** Behind the token: what is missing would interest an attacker. */
export function isolation(app: OpenAPIHono<ControlEnv>, deps: ControlDeps): void {
  app.openapi(route, (c) => {
    const { isolation: mode, confinement, measures, parsers } = deps.isolation();
    return c.json({ isolation: mode, confinement, measures: [...measures], parsers: [...parsers] }, 200);
  });
}
