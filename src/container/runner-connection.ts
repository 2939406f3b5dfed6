import type { Socket } from "node:net";
import { AnswerError } from "./answer-head.ts";
import { type AnswerListener, AnswerReader } from "./answer-reader.ts";

/** Who waits for an answer. */
export interface Asking extends AnswerListener {
  /** The connection has ended before the answer has; the error is what was wrong with the answer, if that was it. */
  onBroken(error: AnswerError | null): void;
}

/** A connection that a runner has made to us, for one request at a time. */
export class RunnerConnection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #asking: Asking | undefined;
  #gone = false;

  /** @param onGone when it has ended, with a request or without. */
  constructor(socket: Socket, onGone: (connection: RunnerConnection) => void) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    // Whoever ends his half has nothing more to say.
    socket.once("end", () => this.destroy());
    socket.once("close", () => {
      this.#broken(null);
      onGone(this);
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** @param head with all line ends. */
  ask(method: string, head: string, body: Uint8Array | null, asking: Asking): void {
    this.#asking = asking;
    this.#reader.expect(method, asking);
    if (body === null) {
      this.#socket.write(head, "latin1");
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    this.#socket.write(body);
    this.#socket.uncork();
  }

  /** Of the request's body. @returns whether there is room for more now; else `drained` is called. */
  send(bytes: Uint8Array | string, drained: () => void): boolean {
    if (this.#socket.write(bytes, "latin1")) return true;
    this.#socket.once("drain", drained);
    return false;
  }

  /** The answer is over, and all of the request was sent: the next may come. */
  release(): void {
    this.#asking = undefined;
    this.#socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The runner makes another. */
  destroy(): void {
    this.#gone = true;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    // What was on its way when the request was given up.
    if (this.#gone) return;
    try {
      this.#reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.#broken(error);
    }
  }

  #broken(error: AnswerError | null): void {
    const asking = this.#asking;
    this.#asking = undefined;
    this.destroy();
    asking?.onBroken(error);
  }
}
