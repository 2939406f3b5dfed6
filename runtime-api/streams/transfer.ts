import { DOMException } from "../dom-exception.ts";
import { structuredClone } from "../structured-clone.ts";
import { once, type Recipe } from "../transferable.ts";
import { type ReadableStream, streams, type TransformStream, type WritableStream } from "./lazy-streams.ts";

/*
 * A transferred stream stays where it is and is locked; its receiver has a new one, to which each chunk goes as
 * a copy. The standard has a channel between the two, for there may be another thread. Here both ends are in one
 * isolate, and the new stream reads or writes the old one itself: no chunk is taken before it is asked for.
 */

const { hasOwn } = Object;

/** Reasons that have no copy arrive as nothing. */
function copyReason(reason: unknown): unknown {
  try {
    return structuredClone(reason);
  } catch {
    return undefined;
  }
}

function takeReadable(stream: ReadableStream): Recipe {
  const reader = stream.getReader();
  const pull = async (controller: { close(): void; enqueue(chunk: unknown): void }): Promise<void> => {
    const { done, value } = await reader.read().catch((reason) => Promise.reject(copyReason(reason)));
    if (done) {
      controller.close();
      return;
    }
    try {
      controller.enqueue(structuredClone(value));
    } catch (error) {
      await reader.cancel(error);
      throw error;
    }
  };
  const cancel = (reason: unknown): Promise<void> => reader.cancel(copyReason(reason));
  return once(() => new (streams().ReadableStream)({ pull, cancel }, { highWaterMark: 0 }));
}

function takeWritable(stream: WritableStream): Recipe {
  const writer = stream.getWriter();
  const write = async (given: unknown): Promise<void> => {
    let chunk: unknown;
    try {
      chunk = structuredClone(given);
    } catch (error) {
      await writer.abort(error);
      throw error;
    }
    await writer.ready;
    await writer.write(chunk);
  };
  return once(
    () =>
      new (streams().WritableStream)({
        start(controller) {
          writer.closed.catch((reason) => controller.error(copyReason(reason)));
        },
        write,
        close: () => writer.close(),
        abort: (reason) => writer.abort(copyReason(reason)),
      }),
  );
}

function takeTransform({ readable, writable }: TransformStream): Recipe {
  const recipes = [takeReadable(readable), takeWritable(writable)] as const;
  return once(() => {
    const stream = new (streams().TransformStream)();
    // The polyfill keeps the two sides in properties, and everything else on them.
    return Object.assign(stream, { _readable: recipes[0](), _writable: recipes[1]() });
  });
}

/**
 * The polyfill knows its objects by these properties. Looked at twice: what is transferred before it in the same message
 * may have been an end of it.
 */
export function takingOfStream(value: object): (() => Recipe) | undefined {
  if (hasOwn(value, "_readableStreamController")) {
    return takingUnlocked([value as ReadableStream], () => takeReadable(value as ReadableStream));
  }
  if (hasOwn(value, "_writableStreamController")) {
    return takingUnlocked([value as WritableStream], () => takeWritable(value as WritableStream));
  }
  if (hasOwn(value, "_transformStreamController")) {
    const { readable, writable } = value as TransformStream;
    return takingUnlocked([readable, writable], () => takeTransform(value as TransformStream));
  }
  return undefined;
}

function takingUnlocked(sides: readonly { readonly locked: boolean }[], take: () => Recipe): () => Recipe {
  const check = () => {
    if (sides.some(({ locked }) => locked)) throw new DOMException("This stream is locked", "DataCloneError");
  };
  check();
  return () => {
    check();
    return take();
  };
}
