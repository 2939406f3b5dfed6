import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The setting with which functions reach origins: loopback is closed to them otherwise. */
export const reachOrigins = { EGRESS_ALLOW: "127.0.0.1" };

/** A server that functions fetch from, under a test's control. */
export class Origin {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param paths what answers for each path; a path that is missing gets 404. */
  static async start(paths: Readonly<Record<string, Handler>>): Promise<Origin> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://origin").pathname;
      const handler = paths[path];
      if (handler) handler(request, response);
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Origin(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A path that waits for the test: `asked` settles with its first request. */
export function heldPath(): { readonly handler: Handler; readonly asked: Promise<ServerResponse> } {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  return { handler: (_request, response) => resolve(response), asked: promise };
}
