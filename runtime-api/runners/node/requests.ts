import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Failure, sendFailure, sendResponse } from "./answer.ts";
import type { ControlLine } from "./control-line.ts";
import { currentRequest, stackOf } from "./request-log.ts";

/** The function's default export. */
export interface Handler {
  fetch(request: Request, env: unknown, ctx: ExecutionContext): unknown;
}

export interface ExecutionContext {
  waitUntil(promise: unknown): void;
  passThroughOnException(): void;
}

/** More than any front takes from its clients. */
const maxHeaderSize = 256 * 1024;
const requestIdField = "islet-request-id";
/** About the connection between the front and the runner. */
const transport = new Set(["connection", "expect", "transfer-encoding"]);
const bodiless = new Set(["GET", "HEAD"]);

/** Answers the front's requests with the function. It listens nowhere: connections are handed to it. */
export function serveRequests(handler: Handler, env: unknown, control: ControlLine): Server {
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse, onRead: () => void) => {
    outgoing.sendDate = false;
    const id = String(incoming.headers[requestIdField] ?? "");
    void currentRequest.run(id, () => answer(incoming, outgoing, onRead));
  };
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse, onRead: () => void): Promise<void> => {
    const fail = (failure: Failure) => sendFailure(outgoing, failure, control.lines);
    try {
      const response = await handler.fetch(requestOf(incoming, outgoing, onRead), env, contextOf(control));
      if (response instanceof Response) await sendResponse(outgoing, response, () => control.lines);
      else fail("no_response");
    } catch (error) {
      console.error(stackOf(error));
      fail("error");
    }
  };
  const settings = {
    ...{ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize },
    // The URL says it all, and clients of HTTP/1.0 send none.
    requireHostHeader: false,
  };
  const server = createServer(settings, (incoming, outgoing) => handle(incoming, outgoing, () => undefined));
  // The front keeps a long body back until the function reads it: as long as it has not, it can send it elsewhere.
  server.on("checkContinue", (incoming, outgoing) => handle(incoming, outgoing, () => outgoing.writeContinue()));
  return server;
}

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse, onRead: () => void): Request {
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
    ...(hasBody && { body: bodyOf(incoming, onRead), duplex: "half" }),
  });
}

/** Reads nothing before the function does. */
function bodyOf(incoming: IncomingMessage, onRead: () => void): ReadableStream<Uint8Array> {
  let pieces: AsyncIterator<Uint8Array> | undefined;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      if (!pieces) {
        onRead();
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
