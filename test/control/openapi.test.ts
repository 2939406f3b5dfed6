import { expect, test } from "vitest";
import { errorKinds } from "../../src/core/errors.ts";
import { startControl } from "./control-server.ts";

interface Operation {
  operationId: string;
  security?: object[];
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, { description: string; content?: Record<string, { schema: { $ref: string } }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: object }>; securitySchemes: object };
}

async function load(): Promise<Document> {
  await using control = await startControl();
  const response = await fetch(`${control.origin}/v1/openapi.json`);
  return (await response.json()) as Document;
}

const operations = (document: Document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test("describes every route of the API", async () => {
  const document = await load();
  expect(document.openapi).toBe("3.1.0");
  expect(
    operations(document)
      .map(({ path, method }) => `${method} ${path}`)
      .toSorted(),
  ).toEqual([
    "delete /v1/functions/{name}",
    "delete /v1/tenants/{tenant}",
    "get /v1/functions",
    "get /v1/functions/{name}",
    "get /v1/functions/{name}/placement",
    "get /v1/functions/{name}/versions",
    "get /v1/health/isolation",
    "get /v1/tenants",
    "get /v1/tenants/{tenant}",
    "post /v1/functions/{name}/rollback",
    "put /v1/functions/{name}",
    "put /v1/tenants/{tenant}",
  ]);
});

test("has every reference, path parameter and operation id in order", async () => {
  const document = await load();
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    (match) => match[1],
  );
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  for (const { path, operation } of operations(document)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path" && parameter.required);
    expect(declared.map((parameter) => parameter.name)).toEqual(inPath);
  }
  const ids = operations(document).map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("asks for the token everywhere and describes errors by their codes", async () => {
  const document = await load();
  expect(document.components.securitySchemes).toEqual({ bearer: { type: "http", scheme: "bearer" } });
  for (const { operation } of operations(document)) {
    expect(operation.security).toEqual([{ bearer: [] }]);
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      expect(response.content?.["application/json"]?.schema.$ref).toBe("#/components/schemas/Error");
      for (const code of response.description.split(", ")) {
        expect(errorKinds).toHaveProperty(code);
        expect(errorKinds[code as keyof typeof errorKinds].status).toBe(Number(status));
      }
    }
    expect(operation.responses).toHaveProperty("401");
  }
});

test("describes the upload by the schema that validates it", async () => {
  const document = await load();
  const content = document.paths["/v1/functions/{name}"]?.put?.requestBody?.content;
  expect(Object.keys(content ?? {})).toEqual([
    "text/javascript",
    "application/javascript",
    "application/x-tar",
    "multipart/form-data",
  ]);
  expect(Object.keys(document.components.schemas.Manifest?.properties ?? {})).toEqual([
    "main",
    "tier",
    "handler",
    "protocol",
    "image",
    "command",
    "port",
    "maxInstances",
    "concurrency",
    "tenant",
    "routes",
    "env",
    "limits",
    "egress",
    "modules",
  ]);
});
