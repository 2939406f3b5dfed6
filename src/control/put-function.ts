import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ErrorBody } from "../core/errors.ts";
import { bearer, type ControlEnv } from "./context.ts";
import type { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { failureOf } from "./error-answers.ts";
import { errors, json } from "./responses.ts";
import { deployedSchema, nameParams } from "./schemas.ts";
import { readUpload } from "./upload.ts";

// No zod schemas here: Hono would read a multipart body whole, before its size is known.
const uploadContent = {
  "text/javascript": { schema: { type: "string", description: "One ES module, which becomes index.js." } },
  "application/javascript": { schema: { type: "string", description: "The same." } },
  "application/x-tar": {
    schema: {
      type: "string",
      format: "binary",
      description:
        "A folder, compressed with gzip or not: with a Dockerfile at its root, an image is built of it; else its files are modules. Its manifest is islet.json.",
    },
  },
  "multipart/form-data": {
    schema: {
      type: "object",
      description:
        "One part a module, named as the module, and optionally one named manifest. A module's type is its part's media type, else by its extension.",
      properties: { manifest: { $ref: "#/components/schemas/Manifest" } },
      additionalProperties: { type: "string", format: "binary" },
    },
    encoding: { manifest: { contentType: "application/json" } },
  },
} as const;

const route = createRoute({
  method: "put",
  path: "/v1/functions/{name}",
  operationId: "deployFunction",
  summary: "Deploy a function",
  description:
    "Takes the upload live on every front before it answers. When it fails, what was live stays live. With accept: application/x-ndjson the answer is 200 and lines of JSON: {log} for each line of an image's build, and {result} or {error} at the end.",
  security: bearer,
  request: { params: nameParams, body: { required: true, content: uploadContent } },
  responses: {
    200: json("The same bytes were live already.", deployedSchema),
    201: json("A new version is live.", deployedSchema),
    ...errors(
      "invalid_name",
      "invalid_upload",
      "invalid_manifest",
      "invalid_module_name",
      "invalid_route",
      "limit_too_high",
      "module_not_found",
      "module_syntax",
      "module_failed",
      "module_startup_limit",
      "module_memory_limit",
      "module_crashed",
      "no_handler",
      "build_failed",
      "program_failed",
      "image_not_found",
      "route_taken",
      "unsupported_media_type",
      "upload_too_large",
      "unavailable",
      "containers_unavailable",
      "container_failed",
    ),
  },
});

const ndjson = "application/x-ndjson";

export function putFunction(app: OpenAPIHono<ControlEnv>, deps: ControlDeps, deployer: Deployer): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid("param");
    const upload = await readUpload(c.req.raw, deps.uploadBytes);
    const requestId = c.get("requestId");
    const readAt = deps.clock.now();
    const deploy = async (onBuildLine?: (line: string) => void) => {
      const { stored, created } = await deployer.deploy(name, upload, onBuildLine);
      const liveMs = Math.round((deps.clock.now() - readAt) * 1_000) / 1_000;
      const { fn, bytes } = stored;
      deps.logger.info({ requestId, function: name, version: fn.versionId, created, bytes, liveMs }, "deployed");
      return { name, version: fn.versionId, urls: deps.urlsOf(fn), bytes, created, liveMs };
    };
    if (c.req.header("accept")?.includes(ndjson)) {
      c.header("content-type", ndjson);
      // The document describes the usual answer.
      return c.body(linesOf(deploy, (error) => failureOf(error, requestId, deps))) as never;
    }
    const answer = await deploy();
    return answer.created ? c.json(answer, 201) : c.json(answer, 200);
  });
}

/** A line of JSON for each of the build's log, and a last one with what came of it. */
function linesOf<Result>(
  deploy: (onBuildLine: (line: string) => void) => Promise<Result>,
  failure: (error: unknown) => ErrorBody,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let gone = false;
  return new ReadableStream({
    async start(controller) {
      // Whoever deploys may go; the deploy goes on.
      const say = (line: object) => gone || controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      try {
        say({ result: await deploy((line) => say({ log: line })) });
      } catch (error) {
        say(failure(error));
      }
      if (!gone) controller.close();
    },
    cancel() {
      gone = true;
    },
  });
}
