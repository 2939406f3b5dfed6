import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltSample, buildSamples } from "../../samples/build.ts";
import { TestServer } from "../e2e/server.ts";
import { readmeBlocks } from "../samples/sample-server.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();
const text = (content: string | Uint8Array<ArrayBuffer>) => ({ type: "application/octet-stream", content });
type Files = Record<string, ReturnType<typeof text>>;

describe.skipIf(dockerHost === null)("functions that were written for other clouds", () => {
  let server: TestServer;
  let samples: readonly BuiltSample[];

  const sampleFiles = (name: string): [Files, object] => {
    const sample = samples.find((one) => one.name === name);
    const files = sample?.modules.map((module) => [module.name, text(new Uint8Array(module.bytes))]) ?? [];
    return [Object.fromEntries(files), sample?.manifest ?? {}];
  };
  const deploySample = async (name: string) => server.deploy(name, ...sampleFiles(name));

  beforeAll(async () => {
    samples = await buildSamples();
    server = await TestServer.start({
      ...{ POOLS: 1, DOCKER_HOST: String(dockerHost), CONTAINER_PAUSE_MS: 60_000 },
      // A container's start takes longer where others have the cores.
      QUEUE_MS: 30_000,
    });
  });
  afterAll(() => server?.stop());

  test.each(["lambda-python", "lambda-node"])("the sample %s answers as its README shows", async (name) => {
    await deploySample(name);
    const answer = await server.send(`/fn/${name}/?name=Ada`);
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
      200,
      "application/json",
      String(readmeBlocks(name)[1]).trimEnd(),
    ]);
    const { requestId } = await server.logs.find({ function: name, source: "function", msg: "greeting Ada" });
    expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({ status: 200, tier: "container" });
  });

  test("a Lambda function sees the request, and says status, cookies and bytes", async () => {
    const source = `
      exports.api = { echo: async (event) => ({
        statusCode: 201, cookies: ["a=1", "b=2"], headers: { "x-kind": event.requestContext.http.method },
        isBase64Encoded: true,
        body: Buffer.from(JSON.stringify([event.rawPath, event.rawQueryString, event.cookies, event.body,
          event.isBase64Encoded, event.headers["x-many"], process.env.MINE, process.env.AWS_LAMBDA_FUNCTION_NAME])).toString("base64"),
      }) };`;
    const files = { "src/app.js": text(source) };
    await server.deploy("echo", files, { handler: "src/app.api.echo", env: { MINE: "mine" } });
    const headers = { "content-type": "text/plain", cookie: "c=3", "x-many": ["1", "2"] };
    const answer = await server.send("/fn/echo/a%20b?x=1", { method: "PUT", headers, body: "text" });
    expect([answer.status, answer.headers["set-cookie"], answer.headers["x-kind"]]).toEqual([
      201,
      ["a=1", "b=2"],
      "PUT",
    ]);
    expect(answer.json()).toEqual([
      "/a%20b",
      "x=1",
      ["c=3"],
      "text",
      false,
      expect.stringMatching(/^1, ?2$/),
      "mine",
      "echo",
    ]);
    const long = await server.send("/fn/echo/", { method: "POST", body: Buffer.alloc(7 * 1024 * 1024) });
    expect(long).toMatchObject({ status: 413, code: "body_too_large" });
  });

  test("a Lambda function that throws, gives no answer, streams, or takes too long", async () => {
    const source = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { mode } = event.queryStringParameters;
  if (mode === "throw") throw new RangeError("on purpose");
  if (mode === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (mode === "odd") return awslambda.HttpResponseStream.from(stream, { statusCode: 42 }).end();
  const body = awslambda.HttpResponseStream.from(stream, { statusCode: 203, headers: { "content-type": "text/plain" } });
  body.write("first ");
  await new Promise((resolve) => setTimeout(resolve, 20));
  body.end("second");
});`;
    await server.deploy(
      "modes",
      { "index.mjs": text(source) },
      { handler: "index.handler", limits: { wallMs: 2_000 } },
    );
    // Starting its container is not a matter of its time here.
    await expect.poll(() => server.send("/fn/modes/?mode=stream"), { timeout: 20_000 }).toMatchObject({ status: 203 });
    const streamed = await server.send("/fn/modes/?mode=stream");
    expect([streamed.status, streamed.headers["content-type"], streamed.text]).toEqual([
      203,
      "text/plain",
      "first second",
    ]);
    expect(await server.send("/fn/modes/?mode=throw")).toMatchObject({ status: 502, code: "lambda_error" });
    const { requestId, msg } = await server.logs.find({ function: "modes", msg: /RangeError: on purpose/ });
    expect(msg).toMatch(/at .*index\.mjs:4/);
    expect(await server.logs.find({ requestId, code: "lambda_error" })).toMatchObject({ status: 502 });
    expect(await server.send("/fn/modes/?mode=odd")).toMatchObject({ status: 502, code: "function_bad_answer" });
    await server.logs.find({ function: "modes", msg: /statusCode is 42/ });
    expect(await server.send("/fn/modes/?mode=hang")).toMatchObject({ status: 504, code: "function_wall_limit" });
    await server.logs.find({ function: "modes", msg: /Task timed out after 2\.00 seconds/ });
    await expect.poll(() => server.send("/fn/modes/?mode=stream"), { timeout: 20_000 }).toMatchObject({ status: 203 });
  });

  test("a Lambda function brings its own runtime, whose errors are the function's", async () => {
    const bootstrap = `#!/usr/local/bin/node
const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime";
const headers = { "content-type": "text/plain" };
const post = (path, body) => fetch(api + path, { method: "POST", body: JSON.stringify(body) });
(async () => {
  for (;;) {
    const next = await fetch(api + "/invocation/next");
    const id = next.headers.get("lambda-runtime-aws-request-id");
    const { rawPath } = await next.json();
    if (rawPath === "/fails") await post("/invocation/" + id + "/error", { errorType: "Custom.Error", errorMessage: "on purpose" });
    else if (rawPath === "/ends") process.exit(1);
    else await post("/invocation/" + id + "/response", { statusCode: 202, headers, body: process.env._HANDLER + " " + process.cwd() + rawPath });
  }
})();`;
    const manifest = { protocol: "lambda", handler: "own.handler" };
    await server.deploy("custom", { bootstrap: text(bootstrap) }, manifest);
    const answer = await server.send("/fn/custom/path");
    expect([answer.status, answer.text]).toEqual([202, "own.handler /var/task/path"]);
    expect(await server.send("/fn/custom/fails")).toMatchObject({ status: 502, code: "lambda_error" });
    await server.logs.find({ function: "custom", msg: "Custom.Error: on purpose" });
    expect(await server.send("/fn/custom/ends")).toMatchObject({ status: 502, code: "function_crashed" });
  });

  test("a Lambda function and an app for Azure in images of their own", async () => {
    const from = `ARG NODE_IMAGE=node:24-slim\nFROM \${NODE_IMAGE}\n`;
    const runtime = `
const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
for (;;) {
  const next = await fetch(api + "next");
  const { rawPath } = await next.json();
  const body = JSON.stringify({ statusCode: 200, headers: { "content-type": "text/plain" }, body: process.argv[2] + " " + process.env._HANDLER + " " + rawPath });
  await fetch(api + next.headers.get("lambda-runtime-aws-request-id") + "/response", { method: "POST", body });
}`;
    const lambda = {
      Dockerfile: text(
        `${from}WORKDIR /var/task\nCOPY . .\nENTRYPOINT ["node", "/var/task/runtime.mjs"]\nCMD ["app.run"]\n`,
      ),
      "runtime.mjs": text(runtime),
    };
    await server.deploy("lambda-image", lambda, { protocol: "lambda" });
    const answer = await server.send("/fn/lambda-image/x");
    expect([answer.status, answer.text]).toEqual([200, "app.run app.run /x"]);

    const [files] = sampleFiles("azure-custom-handler");
    const host = JSON.parse(Buffer.from(files["host.json"]?.content as Uint8Array).toString());
    const { defaultExecutablePath, arguments: more = [] } = host.customHandler.description;
    const command = JSON.stringify([defaultExecutablePath, ...more]);
    const app = {
      ...files,
      Dockerfile: text(`${from}WORKDIR /home/site/wwwroot\nCOPY . .\nCMD ${command}\n`),
    };
    await server.deploy("azure-image", app, { protocol: "azure" });
    const greeted = await server.send("/fn/azure-image/api/hello/Ada");
    expect([greeted.status, greeted.text]).toEqual([200, readmeBlocks("azure-custom-handler")[1]]);
    for (const name of ["lambda-image", "azure-image"]) await server.control("DELETE", `/v1/functions/${name}`);
  });

  test("Lambda functions have one request at a time, and several instances for several", async () => {
    const source = `import time
count = 0
def handler(event, context):
    global count
    count += 1
    before = count
    time.sleep(0.05)
    return before == count
`;
    await server.deploy("alone", { "app.py": text(source) }, { handler: "app.handler" });
    const answers = await Promise.all(Array.from({ length: 12 }, () => server.send("/fn/alone/")));
    expect(answers.map((answer) => `${answer.status} ${answer.text}`)).toEqual(Array(12).fill("200 true"));
  });

  test.each([
    [
      "app.handler",
      "import nowhere\ndef handler(event, context):\n    pass\n",
      "module_not_found",
      /Runtime\.ImportModuleError.*nowhere/,
    ],
    [
      "app.handler",
      "raise KeyError('on purpose')\ndef handler(event, context):\n    pass\n",
      "module_failed",
      /KeyError.*on purpose/,
    ],
    ["app.other", "def handler(event, context):\n    pass\n", "no_handler", /Runtime\.HandlerNotFound/],
    ["app.handler", "def handler(event, context)\n", "module_syntax", /app\.py:1/],
    ["app.handler", "import os\nos._exit(3)\ndef handler(event, context):\n    pass\n", "program_failed", /code 3/],
  ])("the upload of %s in %j is refused as %s", async (handler, source, code, message) => {
    const answer = await server.upload("refused", { "app.py": text(source) }, { handler, protocol: "lambda" });
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.text).toMatch(message);
  });

  test("the sample gcf-http, by Google's own framework", async () => {
    await deploySample("gcf-http");
    const shown = readmeBlocks("gcf-http");
    expect(`${(await server.send("/fn/gcf-http/?name=Ada")).text}\n`).toBe(shown[1]);
    const headers = { "content-type": "application/json" };
    const posted = await server.send("/fn/gcf-http/", { method: "POST", headers, body: '{"name":"Grace"}' });
    expect(`${posted.text}\n`).toBe(shown[3]);
  });

  test("the sample azure-custom-handler, with requests that are forwarded and in JSON", async () => {
    await deploySample("azure-custom-handler");
    const shown = readmeBlocks("azure-custom-handler");
    const forwarded = await server.send("/fn/azure-custom-handler/api/hello/Ada");
    expect([forwarded.status, forwarded.text]).toEqual([200, shown[1]]);
    expect(await server.send("/fn/azure-custom-handler/api/other")).toMatchObject({ status: 404 });
    expect(await server.send("/fn/azure-custom-handler/api/hello", { method: "DELETE" })).toMatchObject({
      status: 404,
    });

    const [files, manifest] = sampleFiles("azure-custom-handler");
    const host = JSON.parse(Buffer.from(files["host.json"]?.content as Uint8Array).toString());
    host.customHandler.enableForwardingHttpRequest = false;
    await server.deploy("azure-json", { ...files, "host.json": text(JSON.stringify(host)) }, manifest);
    const answer = await server.send("/fn/azure-json/api/hello/Ada", { method: "POST", body: "b" });
    expect([answer.status, answer.headers["x-method"], answer.text]).toEqual([200, "POST", shown[1]]);
    await server.logs.find({ function: "azure-json", source: "function", msg: "asked as hello" });
  });

  test.each([
    [{}, /host\.json/],
    [{ "host.json": text("{}") }, /defaultExecutablePath/],
    [{ "host.json": text("{") }, /not valid JSON/],
  ])("an app for Azure with %j is refused", async (files, message) => {
    const answer = await server.upload("refused", { "a.txt": text("a"), ...files }, { protocol: "azure" });
    expect(answer).toMatchObject({ status: 400, code: "invalid_manifest" });
    expect(answer.text).toMatch(message);
  });
});
