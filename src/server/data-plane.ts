import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Logger } from "pino";
import { IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { Reply, RequestBody } from "../core/invocation.ts";
import type { AccessLog } from "./access-log.ts";
import type { Deadlines } from "./deadlines.ts";
import { HttpInvocation } from "./http-invocation.ts";
import { writeError, writeReply } from "./outgoing.ts";
import { requestBody } from "./request-body.ts";
import type { Router } from "./router.ts";

export interface DataPlaneParts {
  readonly router: Router;
  /** Finds a place for an invocation to run. */
  readonly scheduler: Pick<Executor, "execute">;
  readonly deadlines: Deadlines;
  readonly accessLog: AccessLog;
  /** For what functions write with console.*. */
  readonly logger: Logger;
}

const scheme = "http://";

/** The way of a request through the front: route → body → scheduler → answer → log. */
export class DataPlane {
  readonly server: Server;
  readonly #parts: DataPlaneParts;
  readonly #idPrefix = `${randomBytes(6).toString("base64url")}-`;
  #requests = 0;
  #draining = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: DataPlaneParts) {
    this.#parts = parts;
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.all("*", (c) => {
      this.#handle(c.env.incoming, c.env.outgoing, c.req.url);
      // The answer is written to `outgoing` as it comes from the pool process: a web Response in
      // between would cost 3 µs and says nothing that we do not know.
      return RESPONSE_ALREADY_SENT;
    });
    this.server = createAdaptorServer({
      fetch: app.fetch,
      overrideGlobalObjects: false,
      autoCleanupIncoming: false,
      serverOptions: { keepAliveTimeout: 65_000 },
    }) as Server;
  }

  /** Refuses new requests with 503 and resolves once those in flight are answered. */
  drain(): Promise<void> {
    this.#draining = true;
    this.server.closeIdleConnections();
    return new Promise((resolve) => {
      if (this.#parts.deadlines.running === 0) resolve();
      else this.#whenIdle = resolve;
    });
  }

  #handle(incoming: IncomingMessage, outgoing: ServerResponse, url: string): void {
    const startedAtMs = performance.now();
    const requestId = this.#idPrefix + (++this.#requests).toString(36);
    const method = incoming.method as string;
    if (this.#draining) {
      outgoing.setHeader("connection", "close");
      this.#refuse(outgoing, new IsletError("draining", "this server is shutting down"), requestId, method, url);
      return;
    }
    const pathStart = url.indexOf("/", scheme.length);
    const origin = url.slice(0, pathStart);
    const match = this.#parts.router.find(hostName(origin.slice(scheme.length)), url.slice(pathStart));
    if (!match) {
      if (this.#answersHealth(url.slice(pathStart), outgoing)) return;
      this.#refuse(outgoing, new IsletError("no_route", "no function has this host and path"), requestId, method, url);
      return;
    }
    const { fn, target } = match;
    const { logger } = this.#parts;
    const invocation = new HttpInvocation(requestId, fn, origin + target, incoming, outgoing, startedAtMs, logger);
    try {
      const body = requestBody(incoming, fn.limits.requestBodyBytes, invocation);
      if (body instanceof Promise)
        body.then((whole) => this.#run(invocation, whole)).catch((error: unknown) => this.#fail(invocation, error));
      else this.#run(invocation, body);
    } catch (error) {
      this.#fail(invocation, error);
    }
  }

  #run(invocation: HttpInvocation, body: RequestBody): void {
    const { deadlines, scheduler } = this.#parts;
    invocation.body = body;
    deadlines.add(invocation);
    invocation.outgoing.on("close", () => {
      if (!invocation.outgoing.writableFinished)
        invocation.cancel(new IsletError("client_gone", "the client closed the connection"));
    });
    scheduler.execute(invocation).then(
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
    if (this.#draining && this.#parts.deadlines.running === 0) this.#whenIdle?.();
  }

  #fail(invocation: HttpInvocation, error: unknown): void {
    const known =
      error instanceof IsletError ? error : new IsletError("internal", "the server failed", { cause: error });
    this.#parts.accessLog.failed(invocation, known);
    writeError(invocation.outgoing, known, invocation.requestId);
  }

  #refuse(outgoing: ServerResponse, error: IsletError, requestId: string, method: string, url: string): void {
    this.#parts.accessLog.refused({ requestId, method, url }, error);
    writeError(outgoing, error, requestId);
  }

  /** Where no function has them, the usual health paths say whether this front serves. */
  #answersHealth(target: string, outgoing: ServerResponse): boolean {
    if (target !== "/healthz" && target !== "/readyz") return false;
    outgoing.writeHead(200, { "content-type": "text/plain" });
    outgoing.end("ok\n");
    return true;
  }
}

function hostName(host: string): string {
  const colon = host.lastIndexOf(":");
  return colon > host.lastIndexOf("]") ? host.slice(0, colon) : host;
}
