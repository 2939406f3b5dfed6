import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Egress, OutgoingRequest } from "../../src/core/egress.ts";
import { PoolLink } from "../../src/pool/pool-link.ts";
import { overSocket } from "../../src/pool/socket-connection.ts";
import { type Frame, FrameReader } from "../../src/pool/wire/reader.ts";

/** A frame of which nothing is checked. */
export function frame(type: number, id: number, ...fields: (number[] | Uint8Array | string)[]): Buffer {
  const payload = Buffer.concat(fields.map((field) => (typeof field === "string" ? text(field) : Buffer.from(field))));
  const head = Buffer.alloc(9);
  head.writeUInt32LE(payload.length + 5, 0);
  head.writeUInt8(type, 4);
  head.writeUInt32LE(id >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** A text with its length before it, one byte a character. */
export function text(content: string): Buffer {
  return Buffer.concat([Buffer.from(u32(content.length)), Buffer.from(content, "latin1")]);
}

export function u16(value: number): number[] {
  return [value & 255, (value >>> 8) & 255];
}

export function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

/** What a front sent, as far as tests look at it. */
export interface SeenFrame {
  readonly type: number;
  readonly id: number;
  readonly payload: Buffer;
}

/**
 * A pool process that is in somebody else's hands: a socket on which a test says whatever it likes,
 * and the link of a front to it.
 */
export class FakePool {
  readonly link: PoolLink;
  /** Problems for which the front wants this process dead. */
  readonly forged: string[] = [];
  /** Requests that have begun and have no answer. */
  begun = 0;
  readonly seen: SeenFrame[] = [];
  readonly requests: OutgoingRequest[] = [];
  readonly bundlesRead: string[] = [];
  /** The connection is over. */
  readonly closed: Promise<Error | undefined>;
  readonly #socket: Socket;
  readonly #end: () => void;
  #wake: (() => void) | undefined;

  private constructor(socketPath: string, accepted: Socket, link: PoolLink, closed: Promise<Error | undefined>) {
    this.link = link;
    this.closed = closed;
    this.#socket = accepted;
    this.#end = () => rmSync(socketPath, { force: true });
  }

  static async start(fetch?: Egress["fetch"]): Promise<FakePool> {
    const directory = mkdtempSync(join(tmpdir(), "islet-fake-pool-"));
    const socketPath = join(directory, "pool.sock");
    const server = createServer();
    server.listen(socketPath);
    await once(server, "listening");
    const closed = Promise.withResolvers<Error | undefined>();
    const connection = once(server, "connection") as Promise<[Socket]>;
    const link: PoolLink = new PoolLink({
      id: "fake",
      open: overSocket(socketPath),
      concurrency: 100,
      egress: {
        fetch: (request) => {
          pool.requests.push(request);
          return fetch ? fetch(request) : new Promise(() => undefined);
        },
        close: () => Promise.resolve(),
      },
      bundleAtHand: () => undefined,
      readBundle: async ({ versionId }) => {
        pool.bundlesRead.push(versionId);
        return new Uint8Array(10);
      },
      onBundleFailure: () => undefined,
      onBegun: () => pool.begun++,
      onForged: (problem) => pool.forged.push(problem),
      verdict: async () => null,
      onWarmth: () => undefined,
      onClose: (error) => closed.resolve(error),
    });
    const [accepted] = await connection;
    const pool: FakePool = new FakePool(socketPath, accepted, link, closed.promise);
    const reader = new FrameReader((seen) => pool.#see(seen));
    accepted.on("data", (data: Buffer) => reader.push(data));
    // The front breaks connections off, as it should.
    accepted.on("error", () => accepted.destroy());
    accepted.once("close", () => {
      server.close();
      rmSync(directory, { recursive: true, force: true });
    });
    return pool;
  }

  /** Resolves when the system has taken all of it, or the connection is over. */
  send(...frames: Uint8Array[]): Promise<void> {
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const taken = () => {
        this.#socket.off("close", taken);
        resolve();
      };
      this.#socket.once("close", taken);
      this.#socket.write(Buffer.concat(frames), taken);
    });
  }

  /** The id of the `count`th frame of a type that the front sent, once it has come. */
  async received(type: number, count = 1): Promise<SeenFrame> {
    for (;;) {
      const found = this.seen.filter((seen) => seen.type === type)[count - 1];
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Says that nothing follows; the front closes the connection when it has read all. */
  nothingMore(): void {
    this.#socket.end();
  }

  stop(): void {
    this.#socket.destroy();
    this.#end();
  }

  #see(seen: Frame): void {
    this.seen.push({ type: seen.type, id: seen.id, payload: Buffer.from(seen.rest()) });
    this.#wake?.();
  }
}
