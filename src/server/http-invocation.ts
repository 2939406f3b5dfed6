import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { LiveFunction } from "../core/deployment.ts";
import { clientFacts } from "./client-facts.ts";
import { ServedInvocation } from "./served-invocation.ts";

/** A client's request on its way to a function, with what is needed to answer it. */
export class HttpInvocation extends ServedInvocation {
  readonly outgoing: ServerResponse;
  readonly client: string | undefined;

  constructor(
    requestId: string,
    fn: LiveFunction,
    url: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    startedAtMs: number,
    logger: Logger,
  ) {
    super(requestId, fn, incoming.method as string, url, incoming.rawHeaders.join("\n"), startedAtMs, logger);
    this.outgoing = outgoing;
    this.client = clientFacts(incoming);
  }
}
