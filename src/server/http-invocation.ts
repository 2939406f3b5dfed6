import type { Logger } from "pino";
import type { LiveFunction } from "../core/deployment.ts";
import type { IsletError } from "../core/errors.ts";
import type { Invocation, LogLevel, RequestBody } from "../core/invocation.ts";

/** A client's request on its way to a function. */
export class HttpInvocation implements Invocation {
  readonly requestId: string;
  readonly fn: LiveFunction;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: RequestBody;
  readonly deadlineMs: number;
  readonly #logger: Logger;
  #cancelled: IsletError | undefined;
  #listener: ((reason: IsletError) => void) | undefined;

  constructor(
    requestId: string,
    fn: LiveFunction,
    method: string,
    url: string,
    headers: string,
    body: RequestBody,
    deadlineMs: number,
    logger: Logger,
  ) {
    this.requestId = requestId;
    this.fn = fn;
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = body;
    this.deadlineMs = deadlineMs;
    this.#logger = logger;
  }

  /** The latest listener only: whoever has the invocation now. */
  onCancel(listener: (reason: IsletError) => void): void {
    if (this.#cancelled) listener(this.#cancelled);
    else this.#listener = listener;
  }

  cancel(reason: IsletError): void {
    if (this.#cancelled) return;
    this.#cancelled = reason;
    this.#listener?.(reason);
  }

  log(level: LogLevel, text: string): void {
    this.#logger[level](
      { requestId: this.requestId, function: this.fn.name, version: this.fn.versionId, source: "function" },
      text,
    );
  }
}
