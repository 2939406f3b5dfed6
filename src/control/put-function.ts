import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { bearer, type ControlEnv } from "./context.ts";
import type { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { errors, json } from "./responses.ts";
import { deployedSchema, nameParams } from "./schemas.ts";
import { readUpload } from "./upload.ts";

// No zod schemas here: Hono would read a multipart body whole, before its size is known.
const uploadContent = {
  "text/javascript": { schema: { type: "string", description: "One ES module, which becomes index.js." } },
  "application/javascript": { schema: { type: "string", description: "The same." } },
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
  description: "Takes the upload live on every front before it answers. When it fails, what was live stays live.",
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

export function putFunction(app: OpenAPIHono<ControlEnv>, deps: ControlDeps, deployer: Deployer): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid("param");
    const upload = await readUpload(c.req.raw, deps.uploadBytes);
    const readAt = deps.clock.now();
    const { stored, created } = await deployer.deploy(name, upload);
    const liveMs = Math.round((deps.clock.now() - readAt) * 1_000) / 1_000;
    const { fn, bytes } = stored;
    deps.logger.info(
      { requestId: c.get("requestId"), function: name, version: fn.versionId, created, bytes, liveMs },
      "deployed",
    );
    const answer = { name, version: fn.versionId, urls: deps.urlsOf(fn), bytes, created, liveMs };
    return created ? c.json(answer, 201) : c.json(answer, 200);
  });
}
