import { createServer, type Server } from "node:net";
import { FrontLink } from "./front-link.ts";
import type { IsolateHost } from "./isolate-host.ts";

/** Accepts the connections of the fronts, the only ones that a pool process has. */
export class PoolServer {
  readonly #server: Server;
  readonly #links = new Set<FrontLink>();
  #onLeft: (() => void) | undefined;

  constructor(host: IsolateHost) {
    this.#server = createServer((socket) => {
      const link: FrontLink = new FrontLink(socket, host, () => {
        this.#links.delete(link);
        if (this.#links.size === 0) this.#onLeft?.();
      });
      this.#links.add(link);
    });
  }

  /** Resolves when no front is connected any more. */
  left(): Promise<void> {
    return new Promise((resolve) => {
      this.#onLeft = resolve;
      if (this.#links.size === 0) resolve();
    });
  }

  listen(socketPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(socketPath, resolve);
    });
  }
}
