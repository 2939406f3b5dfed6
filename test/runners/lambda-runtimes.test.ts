import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { Failure } from "../../runtime-api/runners/gateway/lambda/failure.ts";
import { mostAnswerBytes, RuntimeInterface } from "../../runtime-api/runners/gateway/lambda/runtime-interface.ts";

const runners = fileURLToPath(new URL("../../runtime-api/runners/", import.meta.url));
const clients = {
  python: { command: ["python3", "-m", "islet_lambda"], env: { PYTHONPATH: `${runners}lambda-python` } },
  node: { command: [process.execPath, `${runners}lambda-node/main.ts`], env: {} },
};

type Outcome =
  | { kind: "answered"; payload: string }
  | { kind: "streamed"; contentType: string; body: string; trailers: Record<string, string> }
  | { kind: "failed"; failure: Failure };

let requests = 0;

/** A runtime API and a runtime that uses it, without a container around them. */
class Runtime {
  readonly output: string[] = [];
  readonly initFailure: Promise<Failure>;
  readonly #api: RuntimeInterface;
  readonly #folder = mkdtempSync(join(tmpdir(), "islet-lambda-"));
  #child: ChildProcess | undefined;

  constructor() {
    const failed = Promise.withResolvers<Failure>();
    this.initFailure = failed.promise;
    this.#api = new RuntimeInterface({ arn: "arn:test", onInitFailure: failed.resolve });
  }

  async start(language: keyof typeof clients, handler: string, files: Record<string, string>): Promise<string> {
    const { command, env } = clients[language];
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.#folder, name), content);
    const address = `127.0.0.1:${await this.#api.listen()}`;
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, {
      cwd: this.#folder,
      env: {
        ...{ PATH: process.env.PATH, ...env, AWS_LAMBDA_RUNTIME_API: address, LAMBDA_TASK_ROOT: this.#folder },
        ...{ _HANDLER: handler, AWS_LAMBDA_FUNCTION_NAME: "named", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128" },
      },
    });
    this.#child.stdout?.on("data", (text: Buffer) => this.output.push(text.toString()));
    this.#child.stderr?.on("data", (text: Buffer) => this.output.push(text.toString()));
    return address;
  }

  idle(): Promise<void> {
    return this.#api.idle();
  }

  invoke(event: unknown, requestId = `request-${++requests}`): Promise<Outcome> {
    return new Promise((resolve) =>
      this.#api.invoke({
        ...{ requestId, payload: JSON.stringify(event), deadlineMs: Date.now() + 5_000 },
        answered: (payload) => resolve({ kind: "answered", payload: payload.toString() }),
        failed: (failure) => resolve({ kind: "failed", failure }),
        streaming: async (contentType, incoming) => {
          let body = "";
          for await (const piece of incoming) body += (piece as Buffer).toString("latin1");
          const trailers = incoming.trailers as Record<string, string>;
          resolve({ kind: "streamed", contentType, body, trailers });
        },
      }),
    );
  }

  async exitCode(): Promise<number> {
    const child = this.#child as ChildProcess;
    return child.exitCode ?? ((await once(child, "exit")) as [number])[0];
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#api.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let runtime: Runtime;
const start = async (...args: Parameters<Runtime["start"]>) => {
  runtime = new Runtime();
  return await runtime.start(...args);
};
afterEach(() => runtime.close());

const answered = (value: unknown) => ({ kind: "answered", payload: JSON.stringify(value) });
const failed = (type: string, message: unknown) => ({
  kind: "failed",
  failure: expect.objectContaining({ type, message }),
});

describe("Python handlers", () => {
  test("get event and context, and give JSON; what they print is there before that", async () => {
    const source = `
import logging
from decimal import Decimal
logging.getLogger().setLevel(logging.INFO)

def lambda_handler(event, context):
    print("seen", event["n"])
    logging.info("logged")
    remaining = context.get_remaining_time_in_millis()
    return {"id": context.aws_request_id, "name": context.function_name, "mb": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn, "in time": 0 < remaining <= 5000, "number": Decimal("1.5"), "text": "ü"}
`;
    await start("python", "lambda_function.lambda_handler", { "lambda_function.py": source });
    const result = { name: "named", mb: "128", arn: "arn:test", "in time": true, number: 1.5, text: "ü" };
    const outcome = await runtime.invoke({ n: 1 }, "id-1");
    expect(JSON.parse((outcome as { payload: string }).payload)).toEqual({ id: "id-1", ...result });
    expect(runtime.output.join("")).toBe("seen 1\n[INFO] logged\n");
    expect(await runtime.invoke({ n: 2 })).toMatchObject({ kind: "answered" });
  });

  test("fail with type, message and their own stack", async () => {
    const source = "def f(event, context):\n    return g(event)\n\ndef g(event):\n    return event.nothing\n";
    await start("python", "app.f", { "app.py": source });
    const outcome = await runtime.invoke({});
    expect(outcome).toEqual(failed("AttributeError", "'dict' object has no attribute 'nothing'"));
    const { stack } = (outcome as { failure: Failure }).failure;
    expect(stack).toHaveLength(2);
    expect(stack.map((frame) => frame.split("\n")[0])).toEqual([
      expect.stringMatching(/app\.py", line 2, in f$/),
      expect.stringMatching(/app\.py", line 5, in g$/),
    ]);
  });

  test("that give what JSON cannot say fail, and the next one does not", async () => {
    await start("python", "app.f", { "app.py": "def f(event, context):\n    return {1} if event else []\n" });
    expect(await runtime.invoke(1)).toEqual(failed("Runtime.MarshalError", expect.stringContaining("set")));
    expect(await runtime.invoke(0)).toEqual(answered([]));
  });

  test.each([
    ["nowhere.f", "", "Runtime.ImportModuleError", /No module named 'nowhere'/],
    ["app.f", "import nowhere", "Runtime.ImportModuleError", /'app': No module named 'nowhere'/],
    ["app.f", "def f(:", "Runtime.UserCodeSyntaxError", /app\.py:1/],
    ["app.f", "x = 1", "Runtime.HandlerNotFound", /'f' missing on module 'app'/],
    ["app.x", "x = 1", "Runtime.HandlerNotFound", /cannot be called/],
    ["app", "", "Runtime.MalformedHandlerName", /no dot/],
    ["app.f", "raise RuntimeError('on purpose')", "RuntimeError", /on purpose/],
  ])("%s of %j cannot be loaded: %s", async (handler, source, type, message) => {
    await start("python", handler, { "app.py": source });
    expect(await runtime.initFailure).toMatchObject({ type, message: expect.stringMatching(message) });
    expect(await runtime.exitCode()).toBe(1);
  });
});

describe("Node handlers", () => {
  test.each([
    ["CommonJS", "index.js", "exports.handler = async (event) => ({ got: event });"],
    ["an ES module", "index.mjs", "export const handler = async (event) => ({ got: event });"],
    ["an ES module by its syntax", "index.js", "export const handler = async (event) => ({ got: event });"],
    ["with await at its top", "index.mjs", "await 1; export const handler = async (event) => ({ got: event });"],
    ["not declared but made", "index.js", "for (const n of ['handler']) exports[n] = async (got) => ({ got });"],
    [
      "of callback style",
      "index.js",
      "exports.handler = (event, context, done) => setTimeout(done, 1, null, { got: event });",
    ],
    ["with context.succeed", "index.js", "exports.handler = (event, context) => { context.succeed({ got: event }); };"],
  ])("%s", async (_what, name, source) => {
    await start("node", "index.handler", { [name]: source });
    expect(await runtime.invoke({ a: 1 })).toEqual(answered({ got: { a: 1 } }));
    expect(await runtime.invoke(2)).toEqual(answered({ got: 2 }));
  });

  test("get a context; nested exports and packages beside them are found", async () => {
    const source = `
      const data = require("./data.json");
      exports.api = { get: async (event, context) => {
        console.log("seen");
        return [data.a, context.awsRequestId, context.functionName, context.memoryLimitInMB, context.invokedFunctionArn,
          context.getRemainingTimeInMillis() > 0, process.env._X_AMZN_TRACE_ID.startsWith("Root=1-")];
      } };`;
    await start("node", "app.api.get", { "app.js": source, "data.json": '{"a":"data"}' });
    expect(await runtime.invoke({}, "id-2")).toEqual(
      answered(["data", "id-2", "named", "128", "arn:test", true, true]),
    );
    expect(runtime.output.join("")).toBe("seen\n");
  });

  test("a callback waits for the empty event loop unless it is told not to", async () => {
    const source = `exports.handler = (event, context, done) => {
      context.callbackWaitsForEmptyEventLoop = event.wait;
      const result = { later: false };
      setTimeout(() => { result.later = true; }, 20);
      done(null, result);
    };`;
    await start("node", "index.handler", { "index.js": source });
    expect(await runtime.invoke({ wait: true })).toEqual(answered({ later: true }));
    expect(await runtime.invoke({ wait: false })).toEqual(answered({ later: false }));
  });

  test.each([
    ["throws", "async () => { throw new TypeError('bad'); }", "TypeError", "bad"],
    ["throws at once", "() => { throw new RangeError('bad'); }", "RangeError", "bad"],
    ["calls back with an error", "(e, c, done) => done(new Error('bad'))", "Error", "bad"],
    ["throws what is no error", "async () => { throw 'bad'; }", "string", "bad"],
    ["gives a circle", "async () => { const a = {}; a.a = a; return a; }", "Runtime.MarshalError", expect.any(String)],
  ])("one that %s fails", async (_what, source, type, message) => {
    await start("node", "index.handler", { "index.js": `exports.handler = ${source};` });
    expect(await runtime.invoke({})).toEqual(failed(type, message));
    expect(await runtime.invoke({})).toEqual(failed(type, message));
  });

  test("one that gives nothing gives null, also when nothing is left to wait for", async () => {
    await start("node", "index.handler", {
      "index.js": "exports.handler = (event) => (event ? new Promise(() => {}) : Promise.resolve());",
    });
    expect(await runtime.invoke(false)).toEqual(answered(null));
    expect(await runtime.invoke(true)).toEqual(answered(null));
  });

  test("what nobody handles fails the request and ends the process", async () => {
    const source = "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('lost'); }, 1));";
    await start("node", "index.handler", { "index.js": source });
    expect(await runtime.invoke({})).toEqual(failed("Error", "lost"));
    expect(await runtime.exitCode()).toBe(129);
  });

  test("stream, with a head before the body or without, and say when they break off", async () => {
    const source = `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
      if (event.early) throw new Error("early");
      if (event.head) stream = awslambda.HttpResponseStream.from(stream, event.head);
      else stream.setContentType("text/plain");
      stream.write("one ");
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (event.late) throw new Error("late");
      stream.end("two");
    });`;
    await start("node", "index.handler", { "index.js": source });
    const streamed = { kind: "streamed", contentType: "text/plain", body: "one two", trailers: {} };
    expect(await runtime.invoke({})).toEqual(streamed);
    expect(await runtime.invoke({ head: { statusCode: 201 } })).toEqual({
      ...streamed,
      ...{ contentType: "application/vnd.awslambda.http-integration-response" },
      body: `{"statusCode":201}${"\0".repeat(8)}one two`,
    });
    expect(await runtime.invoke({ early: true })).toEqual(failed("Error", "early"));
    expect(await runtime.invoke({ late: true })).toMatchObject({
      ...{ kind: "streamed", body: "one " },
      trailers: { "lambda-runtime-function-error-type": "Error" },
    });
    expect(await runtime.invoke({})).toEqual(streamed);
  });

  test.each([
    ["nowhere.handler", "", "Runtime.ImportModuleError", /Cannot find module 'nowhere'/],
    ["index.handler", "require('nowhere')", "Runtime.ImportModuleError", /nowhere/],
    ["index.handler", "function (", "Runtime.UserCodeSyntaxError", /./],
    ["index.handler", "exports.other = 1", "Runtime.HandlerNotFound", /undefined or not exported/],
    ["index.other", "exports.other = 1", "Runtime.HandlerNotFound", /not a function/],
    ["index.handler", "throw new RangeError('on purpose')", "RangeError", /on purpose/],
  ])("%s of %j cannot be loaded: %s", async (handler, source, type, message) => {
    await start("node", handler, { "index.js": source });
    expect(await runtime.initFailure).toMatchObject({ type, message: expect.stringMatching(message) });
    expect(await runtime.exitCode()).toBe(1);
  });
});

describe("the runtime API", () => {
  const path = "/2018-06-01/runtime";

  test("says of every question that is out of turn what Lambda says", async () => {
    const address = await start("node", "index.handler", {
      "index.js": "exports.handler = () => new Promise(() => setInterval(() => {}, 1e6));",
    });
    const ask = async (method: string, target: string, body?: string) => {
      const response = await fetch(`http://${address}${path}${target}`, {
        method,
        ...(body !== undefined && { body }),
      });
      return [response.status, ((await response.json()) as { errorType?: string; status?: string }).errorType ?? "OK"];
    };
    await runtime.idle();
    expect(await ask("POST", "/init/error", "{}")).toEqual([403, "InvalidStateTransition"]);
    expect(await ask("POST", "/invocation/none/response", "{}")).toEqual([400, "InvalidRequestID"]);
    const outcome = runtime.invoke({}, "mine");
    expect(await ask("GET", "/invocation/next")).toEqual([403, "InvalidStateTransition"]);
    expect(await ask("POST", "/invocation/other/response", "{}")).toEqual([400, "InvalidRequestID"]);
    expect(await ask("GET", "/restore/next")).toEqual([404, "NotFound"]);
    expect(await ask("POST", "/invocation/mine/response", '"yes"')).toEqual([202, "OK"]);
    expect(await outcome).toEqual(answered("yes"));
    expect(await ask("POST", "/invocation/mine/response", '"again"')).toEqual([403, "InvalidStateTransition"]);
    expect(await ask("POST", "/invocation/mine/error", "{}")).toEqual([403, "InvalidStateTransition"]);
  });

  test("refuses an answer that is too long, and the request fails", async () => {
    await start("python", "app.f", { "app.py": "def f(event, context):\n    return 'x' * event\n" });
    expect(await runtime.invoke(mostAnswerBytes - 1)).toEqual(
      failed("Function.ResponseSizeTooLarge", expect.stringContaining(String(mostAnswerBytes))),
    );
    expect(await runtime.invoke(3)).toEqual(answered("xxx"));
  });
});
