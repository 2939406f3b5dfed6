import { EventEmitter } from "node:events";
import type { Connection } from "./wire/connection.ts";

interface Events {
  data: [Buffer];
  error: [Error];
  close: [];
}

/**
 * One end of a connection within this process.
 *
 * Not node:stream's duplexPair(), which hands bytes on inside write(): a function's op writes while its
 * isolate is entered, and what it writes may lead into another. Here they come as soon as nothing
 * is on the stack any more.
 */
class LocalEnd extends EventEmitter<Events> implements Connection {
  /** All that is written comes at once. */
  readonly writableLength = 0;
  destroyed = false;
  #other: LocalEnd | undefined;

  join(other: LocalEnd): void {
    this.#other = other;
  }

  write(bytes: Uint8Array): void {
    if (this.destroyed) return;
    const copy = Buffer.from(bytes);
    process.nextTick(() => this.#other?.arrived(copy));
  }

  end(): void {
    process.nextTick(() => this.destroy());
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
}

/** The two ends of a connection. */
export function localPair(): readonly [Connection, Connection] {
  const [one, other] = [new LocalEnd(), new LocalEnd()];
  one.join(other);
  other.join(one);
  return [one, other];
}
