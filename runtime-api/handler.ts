import { asyncContext } from "./async-context/frame.ts";
import { setCurrent } from "./current.ts";
import { describeError } from "./describe-error.ts";
import { ExecutionContext, Invocation, limitWaiting, running } from "./execution-context.ts";
import { abortRequest, receivedRequest } from "./fetch/request.ts";
import { isResponse } from "./fetch/response.ts";
import { fetchListeners } from "./fetch-listeners.ts";
import { domExceptionModule, outgoingModule } from "./lazy.ts";
import { mainExport } from "./modules.ts";
import type { IncomingBody } from "./ops.ts";

const { apply } = Reflect;

let env: unknown = {};
let variables = "{}";

/** The host's entry. */
export function configure(json: string, waitUntil: number): void {
  env = JSON.parse(json);
  variables = json;
  limitWaiting(waitUntil);
}

/** What env has, for whoever wants an object of his own. */
export function envJson(): string {
  return variables;
}

/** The host's entry: runs the default export's fetch(). Everything that a function answers at once is done within it. */
export function invoke(id: number, method: string, url: string, headers: string, body: IncomingBody): void {
  setCurrent(id);
  const invocation = new Invocation(id, receivedRequest(id, method, url, headers, body));
  try {
    const handler = mainExport() as { fetch?: unknown } | null | undefined;
    const fetch = handler?.fetch;
    if (typeof fetch !== "function") {
      askListeners(invocation);
      return;
    }
    take(invocation, apply(fetch, handler, [invocation.request, env, new ExecutionContext(invocation)]), "fetch()");
  } catch (error) {
    threw(invocation, error);
  }
}

/** The function is written like a service worker, or is none. */
function askListeners(invocation: Invocation): void {
  const listeners = fetchListeners();
  if (!listeners) {
    invocation.fail("no_handler", "The default export has no fetch() method, and nothing listens for fetch events", "");
    return;
  }
  const answer = listeners.dispatch(invocation);
  if (answer) take(invocation, answer.response, "respondWith()");
  else invocation.fail("no_response", "No listener for the fetch event has called respondWith()", "");
}

/** @param from what gave it, for messages. */
function take(invocation: Invocation, result: unknown, from: string): void {
  if (isResponse(result)) {
    invocation.answer(result);
    return;
  }
  running.add(invocation);
  void settle(invocation, result, from);
}

async function settle(invocation: Invocation, result: unknown, from: string): Promise<void> {
  try {
    const response = await result;
    // Whose code ran before this is not known.
    asyncContext.frame = undefined;
    if (isResponse(response)) invocation.answer(response);
    else invocation.fail("no_response", `${from} gave ${kindOf(response)}, not a Response`, "");
  } catch (error) {
    threw(invocation, error);
  }
}

function threw(invocation: Invocation, error: unknown): void {
  const { message, stack } = describeError(error);
  invocation.fail("threw", message, stack);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return "an object";
  return value === undefined ? "undefined" : `a ${typeof value}`;
}

/** The host's entry: nobody waits for the answer any more. */
export function abort(id: number, reason: string): void {
  const invocation = running.find(id);
  if (!invocation) return;
  setCurrent(id);
  const error = new (domExceptionModule().DOMException)(reason, "AbortError");
  abortRequest(invocation.request, error);
  outgoingModule().stopPump(id, error);
  invocation.abandon();
}
