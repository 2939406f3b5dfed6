import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { requestIdField } from "./own-fields.ts";

/** A request of the front's, and where its answer goes. */
export interface Exchange {
  readonly requestId: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /**
   * To be called before the body is read. The front keeps a long one back until then: as long as it has not sent
   * it, it can send the request elsewhere.
   */
  readonly askForBody: () => void;
}

/** More than any front takes from its clients. */
const maxHeaderSize = 256 * 1024;

/** Takes the front's requests. It listens nowhere: connections are handed to it. */
export function frontServer(handle: (exchange: Exchange) => void): Server {
  const take = (incoming: IncomingMessage, outgoing: ServerResponse, askForBody: () => void) => {
    outgoing.sendDate = false;
    handle({ requestId: String(incoming.headers[requestIdField] ?? ""), incoming, outgoing, askForBody });
  };
  const settings = {
    ...{ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize },
    // The URL says it all, and clients of HTTP/1.0 send none.
    requireHostHeader: false,
  };
  const server = createServer(settings, (incoming, outgoing) => take(incoming, outgoing, () => undefined));
  server.on("checkContinue", (incoming, outgoing) => take(incoming, outgoing, () => outgoing.writeContinue()));
  return server;
}
