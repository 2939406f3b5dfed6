import { METHODS } from "node:http";
import type { Readable } from "node:stream";
import type { Logger } from "pino";
import type { Admitting } from "../core/admission.ts";
import type { LiveFunction } from "../core/deployment.ts";
import type { DirectRequest, DirectResponse, LocalFunction, LocalFunctions } from "../core/egress.ts";
import { IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { Reply } from "../core/invocation.ts";
import type { OwnAddresses } from "../core/own-addresses.ts";
import type { AccessLog } from "./access-log.ts";
import type { Deadlines } from "./deadlines.ts";
import { localAnswer, localErrorAnswer } from "./local-answer.ts";
import { localBody } from "./local-body.ts";
import { refuseLoop } from "./loop-guard.ts";
import type { Match, Router } from "./router.ts";
import { ServedInvocation } from "./served-invocation.ts";

const localSuffix = ".localhost";

export interface LocalCallsParts {
  readonly router: Router;
  readonly scheduler: Pick<Executor, "execute">;
  readonly admission: Admitting;
  readonly deadlines: Deadlines;
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly own: OwnAddresses;
  readonly maxHops: number;
  readonly nextRequestId: () => string;
  /** An invocation is over, and its deadline is gone. */
  readonly onOver: () => void;
}

/**
 * Functions' requests to functions of this server, which go to the scheduler without a connection. All
 * else is as over HTTP: limits, deadline, log line and metrics are the called function's, failures are
 * error answers.
 */
export class LocalCalls implements LocalFunctions {
  readonly #parts: LocalCallsParts;

  constructor(parts: LocalCallsParts) {
    this.#parts = parts;
  }

  find(url: URL, caller: LiveFunction): LocalFunction | undefined {
    if (url.username !== "" || url.password !== "") return undefined;
    const match = this.#match(url, caller);
    return match && { call: (request) => this.#call(match, request) };
  }

  /**
   * What leads to this machine and port is answered by the router as a client would be. A function's
   * route counts on the usual ports too, since a proxy may stand in front; but only for functions of
   * the same tenant: nobody gets another's requests by claiming a route for a host that is not his.
   */
  #match({ protocol, hostname, port, pathname, search }: URL, caller: LiveFunction): Match | undefined {
    const { router, own } = this.#parts;
    const target = pathname + search;
    const ownPort = protocol === "http:" && Number(port || 80) === own.functionPort;
    if (protocol === "http:" && hostname.endsWith(localSuffix) && (ownPort || port === "")) {
      return router.find(hostname, target);
    }
    const address = hostname.replace(/^\[|\]$/g, "");
    if (ownPort && (hostname === "localhost" || own.hasAddress(address))) return router.find(hostname, target);
    if (!ownPort && port !== "") return undefined;
    const match = router.findByHost(hostname, target);
    return match?.fn.tenant === caller.tenant ? match : undefined;
  }

  async #call({ fn, target }: Match, request: DirectRequest): Promise<DirectResponse> {
    const { admission, deadlines, scheduler, accessLog, logger, nextRequestId } = this.#parts;
    const { url, method, signal, caller, body } = request;
    if (method === "CONNECT" || !METHODS.includes(method)) throw new Error("the method is not known");
    const length = body instanceof Uint8Array ? ["content-length", String(body.byteLength)] : [];
    const headers = ["host", url.host, ...request.headers, ...length].join("\n");
    const invocation = new ServedInvocation(
      nextRequestId(),
      fn,
      method,
      url.origin + target,
      headers,
      performance.now(),
      logger,
      caller.requestId,
    );
    const gone = () => invocation.cancel(new IsletError("client_gone", "the function that called gave up"));
    let unsent: Readable | undefined = body !== null && "pipe" in body ? body : undefined;
    const over = () => {
      signal.removeEventListener("abort", gone);
      deadlines.delete(invocation);
      admission.leave(invocation);
      // Opened, it belongs to whoever reads it.
      if (invocation.body.kind === "stream" && !invocation.body.opened()) unsent?.destroy();
      unsent = undefined;
      this.#parts.onOver();
    };
    deadlines.add(invocation);
    signal.addEventListener("abort", gone, { once: true });
    if (signal.aborted) gone();
    try {
      admission.enter(invocation);
      refuseLoop(headers, this.#parts.maxHops);
      invocation.body = localBody(body, fn.limits.requestBodyBytes, invocation);
      const reply: Reply = await scheduler.execute(invocation);
      return localAnswer(reply, method, (broken) => {
        over();
        accessLog.answered(invocation, reply.status, reply.usage, broken);
      });
    } catch (error) {
      unsent?.destroy();
      over();
      const known =
        error instanceof IsletError ? error : new IsletError("internal", "the server failed", { cause: error });
      accessLog.failed(invocation, known);
      return localErrorAnswer(known, invocation.requestId);
    }
  }
}
