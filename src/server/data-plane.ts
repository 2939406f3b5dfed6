import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import type { Admitting } from "../core/admission.ts";
import { IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import { hopsHeader } from "../core/hops.ts";
import type { Reply, RequestBody } from "../core/invocation.ts";
import type { AccessLog } from "./access-log.ts";
import type { Deadlines } from "./deadlines.ts";
import { HttpInvocation } from "./http-invocation.ts";
import { refuseLoop } from "./loop-guard.ts";
import { writeError, writeReply } from "./outgoing.ts";
import { requestAddress } from "./request-address.ts";
import { requestBody } from "./request-body.ts";
import type { Router } from "./router.ts";
import { unroutedApp } from "./unrouted.ts";

export interface DataPlaneParts {
  readonly router: Router;
  /** Finds a place for an invocation to run. */
  readonly scheduler: Pick<Executor, "execute">;
  readonly admission: Admitting;
  readonly deadlines: Deadlines;
  readonly accessLog: AccessLog;
  /** For what functions write with console.*. */
  readonly logger: Logger;
  /** How many functions a request may have come through. */
  readonly maxHops: number;
}

/**
 * The way of a request through the front: address → route → limits → body → scheduler → answer → log.
 *
 * Requests for functions are answered here on node:http's own objects; everything else goes through
 * a Hono app. With Hono before the router each request cost 2 µs more, of some 25.
 */
export class DataPlane {
  readonly server: Server;
  readonly #parts: DataPlaneParts;
  readonly #unrouted: ReturnType<typeof getRequestListener>;
  readonly #idPrefix = `${randomBytes(6).toString("base64url")}-`;
  #requests = 0;
  #draining = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: DataPlaneParts) {
    this.#parts = parts;
    const app = unroutedApp(() => this.nextRequestId(), parts.accessLog);
    this.#unrouted = getRequestListener(app.fetch);
    this.server = createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => this.#handle(incoming, outgoing));
  }

  /**
   * Refuses new requests with 503 and resolves once those in flight are answered. Connections without a request stay until
   * then: on one that is ended a request may be on its way, and would get no answer.
   */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      this.resolveIfIdle();
    });
  }

  /** To be called when a request is over that did not come through here. */
  resolveIfIdle(): void {
    if (this.#draining && this.#parts.deadlines.running === 0) this.#whenIdle?.();
  }

  #handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const startedAtMs = performance.now();
    const address = requestAddress(incoming);
    if (this.#draining) {
      outgoing.setHeader("connection", "close");
      this.#refuse(incoming, outgoing, new IsletError("draining", "this server is shutting down"));
      return;
    }
    if (!address) {
      this.#refuse(incoming, outgoing, new IsletError("bad_request", "the host and path make no URL"));
      return;
    }
    const match = this.#parts.router.find(address.host, address.target);
    if (!match) {
      void this.#unrouted(incoming, outgoing);
      return;
    }
    const { fn } = match;
    const url = address.origin + match.target;
    const { logger, deadlines, admission } = this.#parts;
    const invocation = new HttpInvocation(this.nextRequestId(), fn, url, incoming, outgoing, startedAtMs, logger);
    // From now on, so that a body that does not come is over time too.
    deadlines.add(invocation);
    try {
      admission.enter(invocation);
      if (incoming.headers[hopsHeader] !== undefined) refuseLoop(invocation.headers, this.#parts.maxHops);
      const body = requestBody(incoming, fn.limits.requestBodyBytes, invocation);
      if (body instanceof Promise) {
        body
          .then((whole) => this.#run(invocation, whole))
          .catch((error: unknown) => {
            this.#over(invocation);
            this.#fail(invocation, error);
          });
      } else this.#run(invocation, body);
    } catch (error) {
      this.#over(invocation);
      this.#fail(invocation, error);
    }
  }

  #run(invocation: HttpInvocation, body: RequestBody): void {
    invocation.body = body;
    invocation.outgoing.on("close", () => {
      if (!invocation.outgoing.writableFinished)
        invocation.cancel(new IsletError("client_gone", "the client closed the connection"));
    });
    this.#parts.scheduler.execute(invocation).then(
      (reply) => this.#reply(invocation, reply),
      (error: unknown) => {
        this.#over(invocation);
        this.#fail(invocation, error);
      },
    );
  }

  #reply(invocation: HttpInvocation, reply: Reply): void {
    try {
      writeReply(invocation.outgoing, invocation.method, reply, (broken) => {
        this.#over(invocation);
        this.#parts.accessLog.answered(invocation, reply.status, reply.usage, broken);
      });
    } catch (error) {
      this.#over(invocation);
      const message = "the function's answer has a header that cannot be sent";
      this.#fail(invocation, new IsletError("function_error", message, { cause: error }));
    }
  }

  #over(invocation: HttpInvocation): void {
    this.#parts.deadlines.delete(invocation);
    this.#parts.admission.leave(invocation);
    this.resolveIfIdle();
  }

  #fail(invocation: HttpInvocation, error: unknown): void {
    const known =
      error instanceof IsletError ? error : new IsletError("internal", "the server failed", { cause: error });
    this.#parts.accessLog.failed(invocation, known);
    writeError(invocation.outgoing, known, invocation.requestId);
  }

  #refuse(incoming: IncomingMessage, outgoing: ServerResponse, error: IsletError): void {
    const requestId = this.nextRequestId();
    const { method = "", url = "" } = incoming;
    this.#parts.accessLog.refused({ requestId, method, url }, error);
    writeError(outgoing, error, requestId);
  }

  nextRequestId(): string {
    return this.#idPrefix + (++this.#requests).toString(36);
  }
}
