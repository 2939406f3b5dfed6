import process from "node:process";
import { finished } from "node:stream/promises";
import { type Context, contextOf } from "./context.ts";
import type { Handler } from "./loading.ts";
import { reported } from "./reported-error.ts";
import type { NextInvocation, RuntimeClient } from "./runtime-client.ts";
import { isStreaming, ResponseStream } from "./streaming.ts";

/** Calls a handler with one event, and tells the runtime API what became of it. */
export async function call(handler: Handler, invocation: NextInvocation, client: RuntimeClient): Promise<void> {
  if (isStreaming(handler)) await streamed(handler, invocation, client);
  else await buffered(handler, invocation, client);
}

async function buffered(handler: Handler, invocation: NextInvocation, client: RuntimeClient): Promise<void> {
  const { id, event } = invocation;
  let payload: string;
  try {
    payload = serialized(await resultOf(handler, JSON.parse(event), invocation));
  } catch (error) {
    await client.failed(id, reported(error, error instanceof Unserializable ? "Runtime.MarshalError" : undefined));
    return;
  }
  await client.answered(id, payload);
}

/** What the handler gives, in whichever of the ways that there are. */
async function resultOf(handler: Handler, event: unknown, invocation: NextInvocation): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  // A handler that calls nobody back, and whose promise cannot settle any more, gives null.
  let whenNothingIsLeft = () => resolve(null);
  const done = (error: unknown, result?: unknown) => {
    // Whatever is given as an error is one.
    const settle = () => (error === null || error === undefined ? resolve(result) : reject(error));
    if (context.callbackWaitsForEmptyEventLoop) whenNothingIsLeft = settle;
    else settle();
  };
  const context: Context = contextOf(invocation, { done });
  const nothingIsLeft = () => whenNothingIsLeft();
  process.on("beforeExit", nothingIsLeft);
  try {
    const returned = handler(event, context, done);
    return await (isPromise(returned) ? Promise.race([returned, promise]) : promise);
  } finally {
    process.off("beforeExit", nothingIsLeft);
  }
}

async function streamed(
  handler: Handler,
  { id, event, ...rest }: NextInvocation,
  client: RuntimeClient,
): Promise<void> {
  const stream = new ResponseStream(client, id);
  const closed = finished(stream);
  const context = contextOf({ id, event, ...rest }, { done: () => undefined });
  try {
    await Promise.all([handler(JSON.parse(event), stream, context), closed]);
  } catch (error) {
    const report = reported(error);
    if (stream.begun) await stream.breakOff(report);
    else await client.failed(id, report);
    stream.destroy();
  }
}

/** What JSON cannot say. */
class Unserializable extends Error {}

function serialized(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch (error) {
    throw new Unserializable((error as Error).message, { cause: error });
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
