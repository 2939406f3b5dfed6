import { copyBytes, defineInterface, requireArguments } from "../webidl.ts";
import { announceLength } from "./body-streams.ts";
import {
  type QueuingStrategy,
  type ReadableByteStreamController,
  type ReadableStream,
  streams,
  type WritableStream,
  type WritableStreamDefaultController,
} from "./lazy-streams.ts";

/** Streams of bytes that come out as they went in, as Cloudflare Workers have them. */

const { ReadableStream: Readable, TransformStream: Transform, WritableStream: Writable } = streams();

/** An argument of the constructor that only this file has: the number of bytes there will be. */
class ExactBytes {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }
}

/** Each write waits until somebody wants to read it. */
export class IdentityTransformStream extends Transform {
  readonly #readable: ReadableStream;
  readonly #writable: WritableStream;

  constructor(strategy: QueuingStrategy | undefined = undefined, exact: unknown = undefined) {
    super();
    const expected = exact instanceof ExactBytes ? exact.count : undefined;
    const { readable, writable } = passBytes(strategy, expected);
    if (expected !== undefined) announceLength(readable, expected);
    this.#readable = readable;
    this.#writable = writable;
  }

  override get readable(): ReadableStream {
    return this.#readable;
  }

  override get writable(): WritableStream {
    return this.#writable;
  }
}
defineInterface(IdentityTransformStream, "IdentityTransformStream");
Object.defineProperty(IdentityTransformStream, "length", { value: 0, configurable: true });

/** Breaks off with a TypeError when other than `length` bytes go through it. As a body it has a content-length. */
export class FixedLengthStream extends IdentityTransformStream {
  constructor(length: number | bigint, strategy: QueuingStrategy | undefined = undefined) {
    requireArguments(arguments.length, 1, "FixedLengthStream");
    const count = Number(length);
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new TypeError("FixedLengthStream: the length must be a whole number of bytes");
    }
    super(strategy, new ExactBytes(count));
  }
}
defineInterface(FixedLengthStream, "FixedLengthStream");

function passBytes(
  strategy: QueuingStrategy | undefined,
  expected: number | undefined,
): { readable: ReadableStream; writable: WritableStream } {
  let reading!: ReadableByteStreamController;
  let writing!: WritableStreamDefaultController;
  let wanted = Promise.withResolvers<void>();
  let passed = 0;
  const count = (chunk: unknown): Uint8Array => {
    const bytes = copyBytes(chunk, "IdentityTransformStream");
    passed += bytes.length;
    if (expected !== undefined && passed > expected) throw otherLength("more", expected);
    return bytes;
  };
  /** What breaks the one end off breaks off the other. */
  const orFail = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      reading.error(error);
      throw error;
    }
  };
  const readable = new Readable(
    {
      type: "bytes",
      start(controller) {
        reading = controller;
      },
      pull: () => wanted.resolve(),
      cancel(reason) {
        writing.error(reason);
        wanted.resolve();
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new Writable<unknown>(
    {
      start(controller) {
        writing = controller;
      },
      async write(chunk) {
        const bytes = orFail(() => count(chunk));
        if (bytes.length === 0) return;
        await wanted.promise;
        wanted = Promise.withResolvers();
        reading.enqueue(bytes);
      },
      close() {
        orFail(() => {
          if (expected !== undefined && passed < expected) throw otherLength("fewer", expected);
        });
        reading.close();
        reading.byobRequest?.respond(0);
      },
      abort: (reason) => reading.error(reason),
    },
    strategy,
  );
  return { readable, writable };
}

function otherLength(message: "more" | "fewer", expected: number): TypeError {
  return new TypeError(`FixedLengthStream: ${message} than the ${expected} bytes that were announced`);
}
