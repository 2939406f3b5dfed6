import { createServer, type Server } from "node:net";
import { FrontLink } from "./front-link.ts";
import type { IsolateHost } from "./isolate-host.ts";

/** Accepts the connections of the fronts, the only ones that a pool process has. */
export class PoolServer {
  readonly #server: Server;
  readonly #links = new Set<FrontLink>();

  constructor(host: IsolateHost) {
    this.#server = createServer((socket) => {
      const link: FrontLink = new FrontLink(socket, host, () => this.#links.delete(link));
      this.#links.add(link);
    });
  }

  listen(socketPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(socketPath, resolve);
    });
  }
}
