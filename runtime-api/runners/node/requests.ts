import type { IncomingMessage, Server } from "node:http";
import type { ControlLine } from "../link/control-line.ts";
import { type Exchange, frontServer } from "../link/front-server.ts";
import { type Failure, requestIdField, sendFailure } from "../link/own-fields.ts";
import { sendResponse } from "./answer.ts";
import { currentRequest, stackOf } from "./request-log.ts";

/** The function's default export. */
export interface Handler {
  fetch(request: Request, env: unknown, ctx: ExecutionContext): unknown;
}

export interface ExecutionContext {
  waitUntil(promise: unknown): void;
  passThroughOnException(): void;
}

/** About the connection between the front and the runner. */
const transport = new Set(["connection", "expect", "transfer-encoding"]);
const bodiless = new Set(["GET", "HEAD"]);

/** Answers the front's requests with the function. */
export function serveRequests(handler: Handler, env: unknown, control: ControlLine): Server {
  const answer = async (exchange: Exchange): Promise<void> => {
    const { outgoing } = exchange;
    const fail = (failure: Failure) => sendFailure(outgoing, failure, control.lines);
    try {
      const response = await handler.fetch(requestOf(exchange), env, contextOf(control));
      if (response instanceof Response) await sendResponse(outgoing, response, () => control.lines);
      else fail("no_response");
    } catch (error) {
      console.error(stackOf(error));
      fail("error");
    }
  };
  return frontServer((exchange) => void currentRequest.run(exchange.requestId, () => answer(exchange)));
}

function requestOf({ incoming, outgoing, askForBody }: Exchange): Request {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    const name = (incoming.rawHeaders[i] as string).toLowerCase();
    if (!transport.has(name) && name !== requestIdField) headers.push([name, incoming.rawHeaders[i + 1] as string]);
  }
  const abort = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) abort.abort(new DOMException("The client is gone", "AbortError"));
  });
  const { method = "GET" } = incoming;
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  const hasBody = !bodiless.has(method) && (coding !== undefined || (length !== undefined && length !== "0"));
  return new Request(incoming.url ?? "", {
    ...{ method, headers, signal: abort.signal },
    ...(hasBody && { body: bodyOf(incoming, askForBody), duplex: "half" }),
  });
}

/** Reads nothing before the function does. */
function bodyOf(incoming: IncomingMessage, askForBody: () => void): ReadableStream<Uint8Array> {
  let pieces: AsyncIterator<Uint8Array> | undefined;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      if (!pieces) {
        askForBody();
        pieces = incoming[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      }
      const piece = await pieces.next();
      if (piece.done) controller.close();
      else controller.enqueue(new Uint8Array(piece.value));
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

function contextOf(control: ControlLine): ExecutionContext {
  return {
    waitUntil(promise) {
      control.begin();
      void Promise.resolve(promise)
        .catch((error: unknown) => console.error(`A promise given to waitUntil() rejected: ${stackOf(error)}`))
        .finally(() => control.end());
    },
    // There is no origin behind a function to pass to.
    passThroughOnException: () => undefined,
  };
}
