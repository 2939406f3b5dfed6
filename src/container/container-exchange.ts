import type { Writable } from "node:stream";
import { IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import type { AnswerError, AnswerHead } from "./answer-head.ts";
import { sendBody } from "./body-sender.ts";
import { ContainerBody } from "./container-body.ts";
import { requestHead } from "./request-head.ts";
import type { Asking, RunnerConnection } from "./runner-connection.ts";

/** Up to here a body is gathered: one write to the client is cheaper than a stream. */
const gatheredBytes = 16 * 1024;

export interface ExchangeOwner {
  /** Calls `then` when so many of the runner's control lines have been read. */
  afterLines(count: number, then: () => void): void;
  /** Why the connection broke, once that is known. */
  loss(): Promise<IsletError>;
  /** The connection is free or gone. */
  onOver(exchange: ContainerExchange): void;
}

/** One request to a container, over HTTP. */
export class ContainerExchange implements Asking {
  readonly invocation: Invocation;
  readonly connection: RunnerConnection;
  readonly reply: Promise<Reply>;
  /** Characters that the request has logged. */
  logged = 0;
  readonly #owner: ExchangeOwner;
  readonly #cold: boolean;
  #resolve!: (reply: Reply) => void;
  #reject!: (error: unknown) => void;
  #head: AnswerHead | undefined;
  #pieces: Buffer[] = [];
  #body: ContainerBody | undefined;
  #chunked = false;
  #sending: Writable | undefined;
  /** Nothing of the request is still to be sent. */
  #sent = true;
  /** The answer is whole, gathered here. */
  #complete = false;
  #delivered = false;
  #cancelled = false;
  #over = false;

  constructor(invocation: Invocation, connection: RunnerConnection, cold: boolean, owner: ExchangeOwner) {
    this.invocation = invocation;
    this.connection = connection;
    this.#cold = cold;
    this.#owner = owner;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  start(): void {
    const { method, body } = this.invocation;
    const head = requestHead(this.invocation);
    if (!head) {
      this.#reject(new IsletError("bad_request", "the request has characters that cannot be handed on"));
      this.#end();
      return;
    }
    this.#chunked = head.chunked;
    this.#sent = body.kind !== "stream";
    this.connection.ask(method, head.text, body.kind === "bytes" ? body.bytes : null, this);
    this.invocation.onCancel((reason) => this.#cancel(reason));
  }

  onContinue(): void {
    const { body } = this.invocation;
    if (body.kind !== "stream" || body.opened() || this.#cancelled) return;
    this.#sending = sendBody(body.open(), this.connection, this.#chunked, () => {
      this.#sent = true;
    });
  }

  onHead(head: AnswerHead): void {
    this.#head = head;
    if (head.length !== "chunked" && head.length <= gatheredBytes) return;
    this.#body = new ContainerBody(this.connection);
    this.#afterLines(() => this.#deliver());
  }

  onPiece(piece: Buffer): void {
    if (this.#body) this.#body.add(piece);
    else this.#pieces.push(piece);
  }

  onEnd(): void {
    this.#complete = true;
    this.#body?.last();
    // A body that the function has left alone would be still to come on this connection, which is of no use then.
    if (!this.#sent || this.#head?.last) this.connection.destroy();
    // Until then what comes is for this request's log.
    this.#afterLines(() => {
      this.#deliver();
      this.#end();
    });
  }

  onBroken(error: AnswerError | null): void {
    if (this.#complete) return;
    this.#end();
    if (this.#cancelled) return;
    this.#body?.destroy(new Error("the container's answer broke off"));
    if (this.#delivered) return;
    if (!error) {
      void this.#owner.loss().then(this.#reject);
      return;
    }
    this.invocation.log("error", `What was answered is not valid HTTP: ${error.message}.`);
    this.#reject(new IsletError("function_error", "the function's answer is not valid HTTP"));
  }

  #afterLines(then: () => void): void {
    this.#owner.afterLines(Number(this.#head?.own.get("islet-lines") ?? 0), then);
  }

  #cancel(reason: IsletError): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reject(reason);
    this.#body?.destroy(reason);
    // A whole answer leaves its connection to the next request.
    if (!this.#over) this.connection.destroy();
    this.#end();
  }

  #deliver(): void {
    const head = this.#head;
    if (!head || this.#delivered || this.#cancelled) return;
    this.#delivered = true;
    const { limits } = this.invocation.fn;
    const failure = head.own.get("islet-failure");
    const tooLong = head.headers.length > limits.responseHeaderBytes;
    if (failure !== undefined || tooLong) {
      this.#body?.destroy();
      this.#reject(
        failure === undefined
          ? new IsletError("function_header_limit", "the answer's headers are longer than they may be")
          : failureOf(failure, head.own.get("islet-message") ?? ""),
      );
      return;
    }
    const { status, statusText, headers } = head;
    const cpu = head.own.get("islet-cpu-us");
    const cpuMs = cpu === undefined ? null : Number(cpu) / 1000 || 0;
    const usage = { cold: this.#cold, cpuMs, thereMs: 0, startMs: 0 };
    this.#resolve({ status, statusText, headers, usage, body: this.#body ?? this.#gathered() });
  }

  /** As text, a byte a character: it joins the head of the answer to the client in one write. */
  #gathered(): string {
    const [first] = this.#pieces;
    if (!first) return "";
    return (this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)).toString("latin1");
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    if (!this.#sent) this.#sending?.destroy();
    if (!this.connection.gone) this.connection.release();
    this.#owner.onOver(this);
  }
}

/** Whatever else a runner says is the function's own doing. */
function failureOf(failure: string, message: string): IsletError {
  switch (failure) {
    case "no_response":
      return new IsletError("function_no_response", "fetch() gave no Response");
    case "lambda_error":
      return new IsletError("lambda_error", "the Lambda function failed");
    case "bad_answer":
      return new IsletError("function_bad_answer", "what the function gave is no HTTP answer");
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
