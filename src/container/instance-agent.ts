import { Agent } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

type Taken = (error: Error | null, connection: Duplex) => void;

/** Sends requests over the connections that a runner has made to us. */
export class InstanceAgent extends Agent {
  readonly #unused: Socket[] = [];
  readonly #wanted: Taken[] = [];
  #open = 0;

  constructor() {
    super({ keepAlive: true, maxFreeSockets: Number.POSITIVE_INFINITY });
  }

  /** How many connections there are, in use or not. */
  get open(): number {
    return this.#open;
  }

  add(socket: Socket): void {
    this.#open++;
    socket.once("close", () => {
      this.#open--;
      const at = this.#unused.indexOf(socket);
      if (at >= 0) this.#unused.splice(at, 1);
    });
    const wanted = this.#wanted.shift();
    if (wanted) wanted(null, socket);
    else this.#unused.push(socket);
  }

  /** A connection that was given up is made anew by the runner: until then its successor's request waits. */
  override createConnection(_options: object, taken?: Taken): Duplex | undefined {
    const socket = this.#unused.pop();
    if (!socket && taken) this.#wanted.push(taken);
    return socket;
  }

  /** Nothing is connected any more, nor will be. */
  fail(error: Error): void {
    for (const wanted of this.#wanted.splice(0)) wanted(error, new Socket());
    this.destroy();
  }
}
