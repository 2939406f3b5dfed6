import { Readable } from "node:stream";
import type { RunnerConnection } from "./runner-connection.ts";

/** An answer's body as it comes. Whoever leaves it ends its connection. */
export class ContainerBody extends Readable {
  readonly #connection: RunnerConnection;
  #whole = false;

  constructor(connection: RunnerConnection) {
    super();
    this.#connection = connection;
    // It may break off before whoever gets the answer has had a chance to listen.
    this.on("error", () => undefined);
  }

  add(piece: Buffer): void {
    if (!this.push(piece)) this.#connection.pause();
  }

  last(): void {
    this.#whole = true;
    this.push(null);
  }

  override _read(): void {
    if (!this.#whole) this.#connection.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#whole) this.#connection.destroy();
    done(error);
  }
}
