import { z } from "@hono/zod-openapi";
import type { AskedTier, Bundle, BundleModule, FunctionTier, Program, Scaling } from "../core/deployment.ts";
import type { EgressLists } from "../core/egress.ts";
import { parseEgressRule } from "../core/egress-rules.ts";
import { IsletError } from "../core/errors.ts";
import { type Limits, limitNames, unlimitedRequests } from "../core/limits.ts";
import { handlerPattern, handlingModule } from "./handler.ts";
import type { LimitPolicy } from "./limit-policy.ts";
import { moduleTypes } from "./module-types.ts";
import { functionNamePattern } from "./names.ts";
import { programFields, programOf } from "./program.ts";
import { normalizeRoute } from "./routes.ts";

const wellFormed = z.string().refine((text) => text.isWellFormed(), "must be well-formed Unicode");
const amount = (least: number) => z.int().min(least);

const egressRules = z
  .array(
    z.string().superRefine((text, context) => {
      try {
        parseEgressRule(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
      }
    }),
  )
  .max(100);

export const manifestSchema = z
  .strictObject({
    main: z.string().optional().openapi({
      description:
        "The module whose default export has fetch(). Default: the only module, else index.js, index.mjs, main.js or main.mjs, else the only ES module.",
      example: "index.js",
    }),
    tier: z.enum(["auto", "isolate", "container"]).default("auto").openapi({
      description:
        "Where it runs. auto: in an isolate if that can run it, in a container if the upload shows that it must (Python, imports of Node's own modules, native addons, more memory than isolates have) or if limits of the isolate prove too tight. A container needs a container engine on the server.",
    }),
    handler: z
      .string()
      .regex(handlerPattern, "must be a module's name, a dot, and what is called there")
      .optional()
      .openapi({
        description:
          "What is called, with its module. Of Python: a function whose parameters come from the query or a JSON object, one that takes a request, or a WSGI or ASGI application. Of JavaScript, and of Python that takes (event, context): a handler for AWS Lambda.",
        example: "add.add",
      }),
    ...programFields,
    maxInstances: z.int().min(1).optional().openapi({
      description:
        "Containers that it has at a time at most, on the whole server. Default: as many as the server permits.",
    }),
    concurrency: z.int().min(1).optional().openapi({
      description: "Requests that one container takes at a time. Default: as many as the server permits.",
    }),
    tenant: z
      .string()
      .regex(functionNamePattern, "must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit")
      .optional()
      .openapi({
        description:
          "Whose function it is: what one of a tenant's functions does may cost the others. Default: its own name.",
        example: "acme",
      }),
    routes: z
      .array(z.string())
      .max(100)
      .default([])
      .openapi({
        description: "host/path, *.host/path or /path, with '*' alone as the last part, if at all.",
        example: ["api.example.com/v1/*"],
      }),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "must be letters, digits and '_'"), wellFormed)
      .default({})
      .openapi({ description: "What the function sees as env.", example: { GREETING: "hello" } }),
    limits: z
      .strictObject({
        memoryMb: amount(8).openapi({
          description:
            "Memory of the isolate, in MiB: V8 heap, array buffers and WebAssembly. In a container: of the function's processes.",
        }),
        cpuMs: amount(1).openapi({ description: "Time inside the isolate that one request may use." }),
        startupMs: amount(1).openapi({ description: "Time that loading the modules may take." }),
        wallMs: amount(1).openapi({ description: "Time from request to response." }),
        requestBodyBytes: amount(0).openapi({ description: "Bytes of a request's body." }),
        subrequests: amount(0).openapi({ description: "Subrequests that one request may make." }),
        subrequestsInFlight: amount(1).openapi({
          description: "Subrequests of one request that may wait for their answer at once; more wait their turn.",
        }),
        logBytes: amount(0).openapi({ description: "Characters that one request may log." }),
        timers: amount(0).openapi({ description: "Timers of one request that have not fired." }),
        responseHeaderBytes: amount(0).openapi({ description: "Characters of the response's headers." }),
        waitUntil: amount(0).openapi({ description: "Unsettled promises of one request in waitUntil()." }),
        requestsInFlight: amount(1).openapi({
          description: "Requests to the function that are not over, on the whole server. More are answered with 429.",
        }),
        requestsPerSecond: amount(1).openapi({
          description: "Requests to the function a second, on the whole server. More are answered with 429.",
        }),
        requestBurst: amount(0).openapi({
          description: "Of requestsPerSecond, how many may come at once after a pause. 0: as many as in a second.",
        }),
      })
      .partial()
      .default({})
      .openapi({ description: "Within the operator's maxima; what is left out gets the operator's default." }),
    egress: z
      .strictObject({
        allow: egressRules
          .nullable()
          .default(null)
          .openapi({
            description:
              "If there is a list, fetch() reaches only what is on it, and still nothing that the operator does not permit.",
            example: ["api.example.com", "*.example.org:443", "192.0.2.0/24"],
          }),
        deny: egressRules.default([]).openapi({ description: "What fetch() does not reach, whatever else is listed." }),
      })
      .default({ allow: null, deny: [] })
      .openapi({ description: "IP addresses, CIDR blocks, host, *.host or *, each with or without :port." }),
    modules: z
      .record(z.string(), z.enum(moduleTypes))
      .default({})
      .openapi({
        description: "Types of modules, where part type and extension do not say it.",
        example: { "logo.svg": "data" },
      }),
  })
  .openapi("Manifest");

export type Manifest = z.output<typeof manifestSchema>;

export const emptyManifest: Manifest = {
  tier: "auto",
  routes: [],
  env: {},
  limits: {},
  egress: { allow: null, deny: [] },
  modules: {},
};

/** @throws IsletError invalid_manifest, naming the field. */
export function parseManifest(text: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid(`The manifest is not valid JSON: ${(error as Error).message}`, error);
  }
  const result = manifestSchema.safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "manifest"}: ${issue.message}`);
  throw invalid(problems.join("; "));
}

function invalid(message: string, cause?: unknown): IsletError {
  return new IsletError("invalid_manifest", message, { cause });
}

/** The part of an upload that a manifest is applied to. */
interface AppliedUpload {
  readonly manifest: Manifest;
  readonly modules: readonly BundleModule[];
  /** The only module is what an image is built of. */
  readonly isContext: boolean;
}

/** An upload that its manifest has been applied to. */
export interface Candidate {
  /** With the limits that it has in an isolate. */
  readonly bundle: Bundle;
  /** @throws IsletError limit_too_high */
  readonly limitsInContainer: () => Limits;
  readonly asked: AskedTier;
  /** Why only a container can run it, as far as that shows before its modules are read. */
  readonly needs: string | null;
  readonly routes: readonly string[];
  /** Null: the function is its own tenant. */
  readonly tenant: string | null;
  readonly egress: EgressLists;
  readonly scaling: Scaling;
}

/** @throws IsletError invalid_manifest, invalid_route, limit_too_high. */
export function applyManifest({ manifest, modules, isContext }: AppliedUpload, policy: LimitPolicy): Candidate {
  const types = new Map(Object.entries(manifest.modules));
  const typed = modules.map((module) => ({ ...module, type: types.get(module.name) ?? module.type }));
  for (const name of types.keys()) {
    if (!modules.some((module) => module.name === name)) {
      throw invalid(`modules: there is no module ${JSON.stringify(name)} in the upload`);
    }
  }
  const { handler, env } = manifest;
  const program = programOf(manifest, typed, isContext);
  if (program) refuseBeside(manifest, isContext, modules);
  else if (manifest.port !== undefined)
    throw invalid("port: is for programs, which an image, a Dockerfile or a command starts");
  else if (handler !== undefined && manifest.tier === "isolate") {
    throw invalid("tier: isolates run JavaScript only, and the manifest has a handler, which is Python");
  }
  const main = program ? "" : handler === undefined ? mainOf(manifest, typed) : pythonMain(manifest, handler, typed);
  const needs = manifest.tier === "auto" ? needOf(manifest, main, typed, policy, program) : null;
  const limitsInContainer = () => withinProtocol(limitsOf(manifest, policy, "container"), program);
  const isContained = manifest.tier === "container" || needs !== null;
  return {
    bundle: {
      main,
      ...(program && { program }),
      ...(handler !== undefined && !program && { handler }),
      ...{ modules: typed, env, limits: isContained ? limitsInContainer() : limitsOf(manifest, policy, "isolate") },
    },
    ...{ limitsInContainer, asked: manifest.tier, needs },
    routes: [...new Set(manifest.routes.map(normalizeRoute))],
    tenant: manifest.tenant ?? null,
    egress: manifest.egress,
    scaling: scalingOf(manifest, policy.scaling, program),
  };
}

function scalingOf(manifest: Manifest, permitted: Required<Scaling>, program: Program | null): Scaling {
  const scaling: { -readonly [Name in keyof Scaling]: Scaling[Name] } = {};
  for (const name of ["maxInstances", "concurrency"] as const) {
    const asked = manifest[name];
    if (asked === undefined) continue;
    if (asked > permitted[name]) {
      throw new IsletError(
        "limit_too_high",
        `${name} is ${asked}, more than this server's maximum of ${permitted[name]}.`,
      );
    }
    scaling[name] = asked;
  }
  if (program?.protocol !== "lambda") return scaling;
  if (manifest.concurrency !== undefined && manifest.concurrency > 1) {
    throw invalid("concurrency: functions for AWS Lambda take one request at a time");
  }
  // So that as many containers are started as requests wait.
  return { ...scaling, concurrency: 1 };
}

function needOf(
  { handler, limits }: Manifest,
  main: string,
  modules: readonly BundleModule[],
  { max }: LimitPolicy,
  program: Program | null,
): string | null {
  if (program) return program.image.from === "base" ? programNeeds[program.protocol] : imageNeeds[program.image.from];
  if (handler !== undefined) return `${main} is Python`;
  const addon = modules.find(({ name }) => name.endsWith(".node"));
  if (addon) return `${addon.name} is a native addon`;
  const { memoryMb } = limits;
  if (memoryMb === undefined || memoryMb <= max.memoryMb) return null;
  return `limits.memoryMb is ${memoryMb}, more than the ${max.memoryMb} that isolates may have`;
}

/** Why these run in containers. */
const programNeeds: Record<Program["protocol"], string> = {
  http: "the manifest has a command",
  lambda: "it is written for AWS Lambda",
  azure: "it is written for Azure Functions",
};

const imageNeeds = { engine: "the manifest names an image", dockerfile: "the upload has a Dockerfile" };

/** AWS Lambda takes no longer bodies than that. */
const lambdaBodyBytes = 6 * 1024 * 1024;

function withinProtocol(limits: Limits, program: Program | null): Limits {
  if (program?.protocol !== "lambda") return limits;
  return { ...limits, requestBodyBytes: Math.min(limits.requestBodyBytes, lambdaBodyBytes) };
}

/** What says nothing of a program is a mistake beside one. */
function refuseBeside(
  { main, handler, tier, image }: Manifest,
  isContext: boolean,
  modules: readonly BundleModule[],
): void {
  if (tier === "isolate") throw invalid("tier: isolates run functions only, and this is a program of its own");
  if (image === undefined && !isContext) {
    if (main !== undefined) throw invalid("main: a program has none");
    if (modules.length === 0) throw invalid("the upload has no files");
    return;
  }
  if (main !== undefined || handler !== undefined) throw invalid("main and handler: a program in an image has neither");
  if (isContext) return;
  if (modules.length > 0) throw invalid("image: all files are in it, and the upload has some beside it");
}

function pythonMain(manifest: Manifest, handler: string, modules: readonly BundleModule[]): string {
  if (manifest.main !== undefined) throw invalid("main: is for JavaScript; handler says where Python begins");
  const name = handlingModule(handler, (candidate) => modules.some((module) => module.name === candidate));
  if (name === null) throw invalid(`handler: the module of ${handler} is not in the upload`);
  return name;
}

function mainOf(manifest: Manifest, modules: readonly BundleModule[]): string {
  const named = (name: string | undefined) => modules.find((module) => module.name === name);
  if (manifest.main !== undefined) {
    // Written "./index.js" as often as "index.js".
    const main = named(manifest.main) ?? named(manifest.main.replace(/^\.\//, ""));
    if (!main) throw invalid(`main: there is no module ${JSON.stringify(manifest.main)} in the upload`);
    if (main.type !== "esm") throw invalid(`main: ${main.name} is no ES module but ${main.type}`);
    return main.name;
  }
  const scripts = modules.filter((module) => module.type === "esm");
  if (scripts.length === 0 && modules.some((module) => module.name.endsWith(".py"))) {
    throw invalid('handler: must be given for Python, such as "add.add" for the function add in add.py');
  }
  const usual = ["index.js", "index.mjs", "main.js", "main.mjs"].find((name) =>
    scripts.some((module) => module.name === name),
  );
  const [only, another] = scripts;
  const main = usual ?? (another ? undefined : only?.name);
  if (main === undefined) {
    const count =
      scripts.length === 0 ? "no ES module" : `${scripts.length} ES modules and none is index.js or main.js`;
    throw invalid(`main: must be given, since the upload has ${count}`);
  }
  return main;
}

function limitsOf(manifest: Manifest, policy: LimitPolicy, tier: FunctionTier): Limits {
  const { containerMemory } = policy;
  const inContainer = tier === "container";
  const limits = { ...policy.defaults, ...(inContainer && { memoryMb: containerMemory.default }) };
  const max = { ...policy.max, ...(inContainer && { memoryMb: containerMemory.max }) };
  for (const name of limitNames) {
    const asked = manifest.limits[name];
    if (asked === undefined) continue;
    if (asked > max[name]) {
      throw new IsletError(
        "limit_too_high",
        `limits.${name} is ${asked}, more than ${policy.whose(name)} maximum of ${max[name]}.`,
      );
    }
    limits[name] = asked;
  }
  // "As many as in a second" may be more than the operator permits at once.
  const { requestBurst, requestsPerSecond } = limits;
  const isLong = requestBurst === 0 && requestsPerSecond < unlimitedRequests && requestsPerSecond > max.requestBurst;
  return isLong ? { ...limits, requestBurst: max.requestBurst } : limits;
}
