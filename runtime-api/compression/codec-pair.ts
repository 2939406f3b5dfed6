import type { CompressionFormat } from "../ops.ts";
import {
  type ReadableStream,
  type ReadableStreamDefaultController,
  streams,
  type WritableStream,
  type WritableStreamDefaultController,
} from "../streams/lazy-streams.ts";
import { type BufferSource, isBufferSource, isShared, viewBytes } from "../webidl.ts";
import { Codec, stepBytes } from "./codec.ts";

export interface Pair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<BufferSource>;
}

/**
 * The two sides of a compression stream. They are not a TransformStream's, which would have to queue all that a
 * chunk comes to: here each piece of output waits for its reader, so that a bomb fills neither the host nor the isolate.
 */
export function codecPair(format: CompressionFormat, compress: boolean, where: string): Pair {
  const { ReadableStream, WritableStream } = streams();
  const codec = new Codec(format, compress);
  let output!: ReadableStreamDefaultController<Uint8Array>;
  let input!: WritableStreamDefaultController;
  /** Settles when the reader wants a piece, or never will. */
  let wanted = Promise.withResolvers<void>();
  let given: PromiseWithResolvers<void> | undefined;

  const give = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    wanted = Promise.withResolvers();
    output.enqueue(bytes);
    given?.resolve();
  };
  const failing = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      codec.close();
      output.error(error);
      throw error;
    }
  };

  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        output = controller;
      },
      pull() {
        given = Promise.withResolvers();
        wanted.resolve();
        return given.promise;
      },
      cancel(reason) {
        codec.close();
        input.error(reason);
        wanted.reject(reason);
        wanted.promise.catch(nothing);
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<BufferSource>({
    start(controller) {
      input = controller;
      controller.signal.addEventListener("abort", () => {
        wanted.reject(controller.signal.reason);
        wanted.promise.catch(nothing);
      });
    },
    write: (chunk) =>
      failing(async () => {
        const bytes = toBytes(chunk, where);
        for (let at = 0; at < bytes.length; at += stepBytes) {
          await wanted.promise;
          let coded = await codec.step(bytes.subarray(at, at + stepBytes));
          give(coded.bytes);
          while (coded.more) {
            await wanted.promise;
            coded = await codec.step(undefined);
            give(coded.bytes);
          }
        }
      }),
    close: () =>
      failing(async () => {
        let coded = await codec.step(null);
        give(coded.bytes);
        while (coded.more) {
          coded = await codec.step(undefined);
          give(coded.bytes);
        }
        output.close();
        given?.resolve();
      }),
    abort(reason) {
      codec.close();
      output.error(reason);
    },
  });
  return { readable, writable };
}

const nothing = (): void => undefined;

function toBytes(chunk: unknown, where: string): Uint8Array {
  const buffer = ArrayBuffer.isView(chunk) ? chunk.buffer : chunk;
  if (!isBufferSource(chunk) || isShared(buffer)) {
    throw new TypeError(`${where}: a chunk must be an ArrayBuffer or a view of one`);
  }
  return viewBytes(chunk);
}
