import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Failure, failureOf } from "./failure.ts";
import { bytesOf, TooLong } from "./whole-body.ts";

/** A request for the function, and what becomes of it: one of the three, once. */
export interface Task {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  answered(payload: Buffer): void;
  /** Resolves when the body has been passed on, or nobody wants it. */
  streaming(contentType: string, body: IncomingMessage): Promise<void>;
  failed(failure: Failure): void;
}

export interface InterfaceParts {
  readonly arn: string;
  /** The function cannot be loaded. */
  readonly onInitFailure: (failure: Failure) => void;
}

/** What Lambda takes for an answer that is not streamed. */
export const mostAnswerBytes = 6_291_556;
const version = "/2018-06-01";
const runtimePath = /^\/2018-06-01\/runtime\/(?:invocation\/([^/]+)\/(response|error)|(init\/error|invocation\/next))$/;
/** A client may put the cause of an error into a field. */
const maxHeaderSize = 2 * 1024 * 1024;

/**
 * The Lambda Runtime API: the runtime asks for the next request and posts what the function made of it (AWS Lambda
 * Developer Guide, "Using the Lambda runtime API for custom runtimes"). One request at a time.
 */
export class RuntimeInterface {
  readonly #parts: InterfaceParts;
  readonly #server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize });
  readonly #waiting: Task[] = [];
  /** The runtime's question for the next request, as long as there is none. */
  #asked: ServerResponse | undefined;
  #current: Task | undefined;
  #state: "starting" | "idle" | "running" | "answered" = "starting";
  #onIdle: (() => void)[] = [];

  constructor(parts: InterfaceParts) {
    this.#parts = parts;
    this.#server.on("request", (incoming, outgoing) => void this.#serve(incoming, outgoing));
  }

  /** On this machine's own address only. Returns the port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The function is loaded, and waits for a request. */
  idle(): Promise<void> {
    return this.#asked === undefined ? new Promise((resolve) => this.#onIdle.push(resolve)) : Promise.resolve();
  }

  invoke(task: Task): void {
    this.#waiting.push(task);
    this.#advance();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "" } = incoming;
    const [, id, posted, path] = runtimePath.exec(url) ?? [];
    if (method === "GET" && path === "invocation/next") this.#next(outgoing);
    else if (method === "POST" && path === "init/error") await this.#initFailed(incoming, outgoing);
    else if (method === "POST" && id !== undefined) await this.#posted(id, posted === "error", incoming, outgoing);
    else if (url === `${version}/ping`) outgoing.end("pong");
    else refuse(outgoing, 404, "NotFound", "There is nothing at this path of the runtime API.");
  }

  #next(outgoing: ServerResponse): void {
    if (this.#state === "running") {
      transition(outgoing, "the invocation before has neither a response nor an error");
      return;
    }
    this.#state = "idle";
    // A runtime that asks again has given up its question before.
    this.#asked?.destroy();
    this.#asked = outgoing;
    outgoing.once("close", () => {
      if (this.#asked === outgoing) this.#asked = undefined;
    });
    this.#advance();
    if (this.#asked === undefined) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #advance(): void {
    const asked = this.#asked;
    const task = asked === undefined ? undefined : this.#waiting.shift();
    if (asked === undefined || task === undefined) return;
    this.#asked = undefined;
    this.#current = task;
    this.#state = "running";
    asked.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(task.payload),
      "lambda-runtime-aws-request-id": task.requestId,
      "lambda-runtime-deadline-ms": String(Math.round(task.deadlineMs)),
      "lambda-runtime-invoked-function-arn": this.#parts.arn,
      "lambda-runtime-trace-id": traceId(),
    });
    asked.end(task.payload);
  }

  async #initFailed(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (this.#state !== "starting") {
      transition(outgoing, "the runtime has been initialized already");
      return;
    }
    const failure = failureOf(await this.#read(incoming), errorTypeOf(incoming));
    accept(outgoing);
    await afterOutput();
    this.#parts.onInitFailure(failure);
  }

  async #posted(id: string, isError: boolean, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const task = this.#current;
    // That includes answers that come when their time was up.
    if (task?.requestId !== id) {
      refuse(outgoing, 400, "InvalidRequestID", "Invalid request ID");
      return;
    }
    if (this.#state !== "running") {
      transition(outgoing, "the invocation has a response or an error already");
      return;
    }
    this.#state = "answered";
    try {
      if (isError) await this.#failed(task, incoming);
      else if (isStreaming(incoming)) await task.streaming(incoming.headers["content-type"] ?? "", incoming);
      else await this.#answered(task, incoming);
      accept(outgoing);
    } catch (error) {
      if (error instanceof TooLong) {
        const message = `Exceeded maximum allowed payload size (${mostAnswerBytes} bytes).`;
        refuse(outgoing, 413, "RequestEntityTooLarge", message);
        task.failed({ type: "Function.ResponseSizeTooLarge", message, stack: [] });
        return;
      }
      // The runtime went away while it posted.
      task.failed({ type: "Runtime.ExitError", message: (error as Error).message, stack: [] });
      outgoing.destroy();
    }
  }

  async #answered(task: Task, incoming: IncomingMessage): Promise<void> {
    const payload = await this.#read(incoming);
    await afterOutput();
    task.answered(payload);
  }

  async #failed(task: Task, incoming: IncomingMessage): Promise<void> {
    const failure = failureOf(await this.#read(incoming), errorTypeOf(incoming));
    await afterOutput();
    task.failed(failure);
  }

  #read(incoming: IncomingMessage): Promise<Buffer> {
    return bytesOf(incoming, mostAnswerBytes);
  }
}

function isStreaming({ headers }: IncomingMessage): boolean {
  return String(headers["lambda-runtime-function-response-mode"]).toLowerCase() === "streaming";
}

function errorTypeOf({ headers }: IncomingMessage): string | undefined {
  const type = headers["lambda-runtime-function-error-type"];
  return type === undefined ? undefined : String(type);
}

/** What the function has written before it posted is read by then, as it comes through a pipe of this process. */
function afterOutput(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function accept(outgoing: ServerResponse): void {
  send(outgoing, 202, { status: "OK" });
}

function transition(outgoing: ServerResponse, why: string): void {
  refuse(outgoing, 403, "InvalidStateTransition", `State transition is not allowed: ${why}.`);
}

function refuse(outgoing: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  send(outgoing, status, { errorMessage, errorType });
}

function send(outgoing: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  outgoing.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  outgoing.end(text);
}

/** Of the form that X-Ray has, and sampled by nobody. */
function traceId(): string {
  const random = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds.padStart(8, "0")}-${random(24)};Parent=${random(16)};Sampled=0`;
}
