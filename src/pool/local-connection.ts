import { EventEmitter } from "node:events";
import type { Connection } from "./wire/connection.ts";
import { chunkBytes } from "./wire/frames.ts";

interface Events {
  data: [Buffer];
  error: [Error];
  close: [];
}

/**
 * So often in one turn of the event loop bytes come as soon as nothing is on the stack; what is written after that comes
 * in the next. Two ends that answer each other at once would else keep the loop from sockets and timers.
 */
const arrivalsATurn = 1;

/**
 * Nothing is on its way for long within a process: more than one chunk would only be more work for each body in each
 * turn, which all other requests wait for.
 */
const localWindowBytes = chunkBytes;

/**
 * One end of a connection within this process.
 *
 * Not node:stream's duplexPair(), which hands bytes on inside write(): a function's op writes while its
 * isolate is entered, and what it writes may lead into another. Here they come when nothing is on the stack any more.
 */
class LocalEnd extends EventEmitter<Events> implements Connection {
  /** All that is written comes soon, whatever the other end does with it. */
  readonly writableLength = 0;
  readonly windowBytes = localWindowBytes;
  destroyed = false;
  #other: LocalEnd | undefined;
  #waiting: Buffer[] = [];
  #ending = false;
  #due = false;
  #arrivals = 0;
  readonly #deliver = () => {
    this.#due = false;
    for (const bytes of this.#waiting.splice(0)) this.#other?.arrived(bytes);
    if (this.#ending) this.destroy();
  };
  readonly #turnOver = () => {
    this.#arrivals = 0;
  };

  join(other: LocalEnd): void {
    this.#other = other;
  }

  write(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.#waiting.push(Buffer.from(bytes));
    this.#soon();
  }

  end(): void {
    this.#ending = true;
    this.#soon();
  }

  destroy(error?: Error): void {
    if (this.destroyed) return;
    this.destroyed = true;
    process.nextTick(() => {
      if (error) this.emit("error", error);
      this.emit("close");
    });
    this.#other?.destroy();
  }

  arrived(bytes: Buffer): void {
    if (!this.destroyed) this.emit("data", bytes);
  }

  #soon(): void {
    if (this.#due) return;
    this.#due = true;
    if (this.#arrivals === 0) setImmediate(this.#turnOver);
    if (++this.#arrivals <= arrivalsATurn) process.nextTick(this.#deliver);
    else setImmediate(this.#deliver);
  }
}

/** The two ends of a connection. */
export function localPair(): readonly [Connection, Connection] {
  const [one, other] = [new LocalEnd(), new LocalEnd()];
  one.join(other);
  other.join(one);
  return [one, other];
}
