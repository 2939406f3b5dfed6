import { type ClientRequest, type IncomingMessage, request } from "node:http";
import process from "node:process";
import { pipeline } from "node:stream";
import { IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import { ContainerBody } from "./container-body.ts";
import type { InstanceAgent } from "./instance-agent.ts";

/** What an answer's fields begin with that are for us and not for the client. */
const ownPrefix = "islet-";
/** About a connection, which the client's is not. */
const transport = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade", "expect"],
  "content-length",
]);
const requestIdField = "islet-request-id";
/** More than that is refused by a limit before it is by the parser. */
const maxHeaderSize = 512 * 1024;
/** Up to here a body is gathered: one write to the client is cheaper than a stream. */
const gatheredBytes = 16 * 1024;

export interface ExchangeParts {
  readonly invocation: Invocation;
  readonly agent: InstanceAgent;
  readonly cold: boolean;
  /** Calls `then` when so many of the runner's control lines have been read. */
  readonly afterLines: (count: number, then: () => void) => void;
  /** Why the connection broke, once that is known. */
  readonly loss: () => Promise<IsletError>;
  /** The connection is free or gone. */
  readonly onOver: () => void;
}

/** One request to a container, over HTTP. */
export class ContainerExchange {
  readonly reply: Promise<Reply>;
  readonly #parts: ExchangeParts;
  readonly #request: ClientRequest;
  #resolve!: (reply: Reply) => void;
  #reject!: (error: unknown) => void;
  #response: IncomingMessage | undefined;
  #cancelled = false;
  #over = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { agent, invocation } = parts;
    const { method, url, body } = invocation;
    this.#request = request({ agent, method, path: url, headers: headersOf(invocation), maxHeaderSize });
    this.#request.on("error", () => this.#broken());
    this.#request.once("response", (response) => this.#answered(response));
    // Only then is the connection free: node:http says that behind "close".
    this.#request.once("close", () => process.nextTick(() => this.#end()));
    if (body.kind === "bytes") this.#request.end(body.bytes);
    else if (body.kind === "none") this.#request.end();
    else {
      const { open } = body;
      // Not before the function reads it: until then the request can be sent elsewhere.
      this.#request.once("continue", () => pipeline(open(), this.#request, () => undefined));
      this.#request.flushHeaders();
    }
    invocation.onCancel((reason) => this.#cancel(reason));
  }

  #cancel(reason: IsletError): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reject(reason);
    this.#response?.destroy(reason);
    this.#request.destroy();
    this.#end();
  }

  #answered(response: IncomingMessage): void {
    this.#response = response;
    // It may break off before whoever gets the answer has had a chance to listen.
    response.on("error", () => undefined);
    // A body that the function has left alone is still to come on this connection, which is of no use then.
    response.once("end", () => {
      if (!this.#request.writableFinished) this.#request.destroy();
    });
    const count = Number(response.headers["islet-lines"] ?? 0);
    this.#parts.afterLines(Number.isSafeInteger(count) ? count : 0, () => this.#deliver(response));
  }

  #deliver(response: IncomingMessage): void {
    const { invocation, cold } = this.#parts;
    const { "islet-failure": failure, "islet-message": message, "islet-cpu-us": cpu } = response.headers;
    if (failure !== undefined) {
      response.resume();
      this.#reject(failureOf(String(failure), String(message ?? "")));
      return;
    }
    const headers = fieldsOf(response);
    if (headers.length > invocation.fn.limits.responseHeaderBytes) {
      this.#request.destroy();
      this.#reject(new IsletError("function_header_limit", "the answer's headers are longer than they may be"));
      return;
    }
    const usage = { cold, cpuMs: cpu === undefined ? null : Number(cpu) / 1000 || 0 };
    const head = { status: response.statusCode ?? 500, statusText: response.statusMessage ?? "", headers, usage };
    const length = Number(response.headers["content-length"] ?? Number.NaN);
    const bare = invocation.method === "HEAD" || head.status === 204 || head.status === 304;
    if (bare || length <= gatheredBytes) this.#gather(response, head);
    else this.#resolve({ ...head, body: new ContainerBody(response) });
  }

  #gather(response: IncomingMessage, head: Omit<Reply, "body">): void {
    const pieces: Buffer[] = [];
    response.on("data", (piece: Buffer) => pieces.push(piece));
    response.once("end", () => {
      const [first] = pieces;
      this.#resolve({ ...head, body: pieces.length === 1 && first ? first : Buffer.concat(pieces) });
    });
    response.once("error", () => this.#broken());
  }

  #broken(): void {
    if (this.#cancelled) return;
    void this.#parts.loss().then(this.#reject);
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#parts.onOver();
  }
}

/** What the runner gets: the client's fields and who asks, and how the body comes. */
function headersOf({ headers, requestId, body }: Invocation): string[] {
  const fields = headers === "" ? [] : headers.split("\n");
  const kept: string[] = [];
  let declared: string | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const lower = name.toLowerCase();
    if (lower === "content-length") declared = fields[i + 1];
    if (!transport.has(lower) && lower !== requestIdField) kept.push(name, fields[i + 1] as string);
  }
  if (body.kind !== "stream") kept.push("content-length", String(body.kind === "bytes" ? body.bytes.byteLength : 0));
  else {
    kept.push("expect", "100-continue");
    if (declared === undefined) kept.push("transfer-encoding", "chunked");
    else kept.push("content-length", declared);
  }
  kept.push(requestIdField, requestId);
  return kept;
}

function fieldsOf({ rawHeaders }: IncomingMessage): string {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!name.toLowerCase().startsWith(ownPrefix)) kept.push(name, rawHeaders[i + 1] as string);
  }
  return kept.join("\n");
}

/** Whatever else a runner says is the function's own doing. */
function failureOf(failure: string, message: string): IsletError {
  switch (failure) {
    case "no_response":
      return new IsletError("function_no_response", "fetch() gave no Response");
    case "invalid_argument":
      return new IsletError("invalid_argument", decoded(message));
    default:
      return new IsletError("function_error", "the function failed");
  }
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return "an argument is not valid";
  }
}
