import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** An answer's body as it comes. Whoever leaves it ends its connection, which node:http's own stream does not. */
export class ContainerBody extends Readable {
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    super();
    this.#response = response;
    response.on("data", (piece: Buffer) => {
      if (!this.push(piece)) response.pause();
    });
    response.once("end", () => this.push(null));
    response.once("error", (error) => this.destroy(error));
    response.once("close", () => {
      if (!response.complete) this.destroy(new Error("the container's answer broke off"));
    });
    response.pause();
    // It may break off before whoever gets the answer has had a chance to listen.
    this.on("error", () => undefined);
  }

  override _read(): void {
    this.#response.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#response.complete) this.#response.destroy();
    done(error);
  }
}
