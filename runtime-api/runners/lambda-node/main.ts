import process from "node:process";
import { call } from "./calls.ts";
import { load, NotLoaded } from "./loading.ts";
import { reported } from "./reported-error.ts";
import { RuntimeClient } from "./runtime-client.ts";
import { awslambda } from "./streaming.ts";

/*
 * Runs handlers that are written for AWS Lambda under Node: a client of its Runtime API, which is at
 * AWS_LAMBDA_RUNTIME_API.
 */

const { AWS_LAMBDA_RUNTIME_API: address = "", LAMBDA_TASK_ROOT: root = "", _HANDLER: name = "" } = process.env;
const client = new RuntimeClient(address);
let current: string | undefined;

Object.assign(globalThis, { awslambda });
// As on Lambda: what nobody handles fails the request, and ends the process.
process.on("uncaughtException", (error) => void giveUp(error, undefined, 129));
process.on("unhandledRejection", (error) => void giveUp(error, "Runtime.UnhandledPromiseRejection", 128));

try {
  const handler = await load(root, name);
  for (;;) {
    const invocation = await client.next();
    current = invocation.id;
    if (invocation.traceId !== undefined) process.env._X_AMZN_TRACE_ID = invocation.traceId;
    await call(handler, invocation, client);
    current = undefined;
  }
} catch (error) {
  if (!(error instanceof NotLoaded)) throw error;
  await client.initFailed(error.report);
  process.exit(1);
}

async function giveUp(error: unknown, type: string | undefined, exitCode: number): Promise<void> {
  const report = reported(error, type);
  try {
    await (current === undefined ? client.initFailed(report) : client.failed(current, report));
  } finally {
    process.exit(exitCode);
  }
}
