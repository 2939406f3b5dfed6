import type { Logger } from "pino";
import type { Admittable } from "../core/admission.ts";
import { Cancellable } from "../core/cancellable.ts";
import type { Slotted } from "../core/dense-set.ts";
import type { LiveFunction } from "../core/deployment.ts";
import { type Invocation, type LogLevel, noBody, type RequestBody } from "../core/invocation.ts";

/** A request to a function, whether a client sent it or another function. */
export class ServedInvocation extends Cancellable implements Invocation, Slotted, Admittable {
  readonly requestId: string;
  readonly fn: LiveFunction;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  /** Set once, before the invocation is executed: a short body is read first. */
  body: RequestBody = noBody;
  readonly startedAtMs: number;
  /** The request whose function sent this one, when it did not come by HTTP. */
  readonly callerId: string | undefined;
  slot = -1;
  gates: Admittable["gates"] = undefined;
  readonly #logger: Logger;

  constructor(
    requestId: string,
    fn: LiveFunction,
    method: string,
    url: string,
    headers: string,
    startedAtMs: number,
    logger: Logger,
    callerId?: string,
  ) {
    super();
    this.requestId = requestId;
    this.fn = fn;
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.startedAtMs = startedAtMs;
    this.callerId = callerId;
    this.#logger = logger;
  }

  get deadlineMs(): number {
    return this.startedAtMs + this.fn.limits.wallMs;
  }

  log(level: LogLevel, text: string): void {
    this.#logger[level](
      { requestId: this.requestId, function: this.fn.name, version: this.fn.versionId, source: "function" },
      text,
    );
  }
}
