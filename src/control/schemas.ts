import { z } from "@hono/zod-openapi";
import { errorKinds, isErrorCode } from "../core/errors.ts";
import { type LimitName, limitNames } from "../core/limits.ts";
import { functionNamePattern } from "./names.ts";

export const nameParams = z.object({
  name: z
    .string()
    .regex(functionNamePattern, "is not a valid name")
    .openapi({
      param: { name: "name", in: "path" },
      description: "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.",
      example: "hello",
    }),
});

const versionHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .openapi({
    description: "SHA-256 of the bundle.",
    example: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
  });
const urls = z
  .array(z.string())
  .openapi({ description: "Where the function answers.", example: ["http://hello.localhost:8787/"] });
const moment = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
const bytes = z.int().min(0).openapi({ description: "Size of the version's modules, as uploaded." });
const limits = z
  .object(Object.fromEntries(limitNames.map((name) => [name, z.int()])) as Record<LimitName, z.ZodInt>)
  .openapi("Limits");

const egress = z
  .object({ allow: z.array(z.string()).nullable(), deny: z.array(z.string()) })
  .openapi("Egress", { description: "As in the manifest; without an allow list it is null." });

const tier = z.enum(["isolate", "container"]).openapi({ description: "Where it runs." });
const placement = z
  .object({
    asked: z.enum(["auto", "isolate", "container"]).openapi({ description: "By the manifest." }),
    since: moment.openapi({ description: "When it was decided: at the deployment, or when limits proved too tight." }),
    why: z.string().nullable().openapi({
      description: "What speaks for a container that was not asked for.",
      example: 'index.js imports "node:fs", which isolates do not have',
    }),
  })
  .openapi("Placement", { description: "Why it runs where it does." });

const trust = z
  .object({
    state: z.enum(["trusted", "quarantined"]),
    since: moment.nullable().openapi({ description: "When the quarantine began." }),
    until: moment.nullable().openapi({ description: "When it ends, if nothing more happens." }),
    breaches: z.int().min(0).openapi({ description: "How often the version did what is held against it, lately." }),
    reasons: z
      .array(
        z.enum([
          ...(["crashed", "stalled", "outgrown", "cpu", "memory", "startup", "probe", "catastrophic"] as const),
          "tenant",
        ]),
      )
      .openapi({
        description:
          "crashed, stalled, outgrown: it ended its process; cpu, memory, startup: it hit that limit; probe, catastrophic: it did what no honest program does; tenant: other versions of its tenant did.",
      }),
    group: z.string().openapi({
      description: "The pool processes that it runs in: shared, or its tenant's own; or its containers.",
      example: "shared",
    }),
  })
  .openapi("Trust");

export const functionSchema = z
  .object({
    name: z.string(),
    tenant: z.string().openapi({ description: "Whose function it is." }),
    tier,
    placement,
    maxInstances: z
      .int()
      .nullable()
      .openapi({ description: "Containers at a time. Null: as many as the server permits." }),
    concurrency: z.int().nullable().openapi({
      description: "Requests that a container takes at a time. Null: as many as the server permits.",
    }),
    version: versionHash,
    urls,
    routes: z.array(z.string()),
    limits: limits.describe("What holds: as uploaded, and no more than the server and the tenant's terms permit now."),
    egress,
    bytes,
    createdAt: moment,
    deployedAt: moment,
    trust,
  })
  .openapi("Function");

export const functionListSchema = z.object({ functions: z.array(functionSchema) }).openapi("FunctionList");

export const deployedSchema = z
  .object({
    name: z.string(),
    version: versionHash,
    urls,
    bytes,
    created: z.boolean().openapi({ description: "False when the same bytes were live already." }),
    liveMs: z
      .number()
      .openapi({ description: "Milliseconds from the upload's last byte until every front served it." }),
  })
  .openapi("Deployed");

export const versionListSchema = z
  .object({
    versions: z
      .array(
        z
          .object({
            id: versionHash,
            bytes,
            tier,
            placement,
            limits: limits.describe("As uploaded."),
            createdAt: moment,
            live: z.boolean(),
          })
          .openapi("Version"),
      )
      .openapi({ description: "The latest deployed first." }),
  })
  .openapi("VersionList");

export const rollbackSchema = z
  .strictObject({ version: versionHash.optional() })
  .openapi("Rollback", { description: "Without a version: the one that was live before." });

export const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorKinds).filter(isErrorCode)),
      message: z.string(),
      hint: z.string().openapi({ description: "What can be done about it." }),
      requestId: z.string(),
      module: z.string().optional(),
      line: z.int().min(1).optional(),
      column: z.int().min(1).optional(),
    }),
  })
  .openapi("Error");
