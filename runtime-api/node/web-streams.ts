import stream from "readable-stream/lib/stream.js";

const { Readable, Writable, Duplex } = stream;

interface NodeReadable extends AsyncIterable<unknown> {
  destroy(error?: unknown): unknown;
  readonly readableObjectMode: boolean;
}
interface Pushing {
  push(chunk: unknown): boolean;
  destroy(error: unknown): unknown;
}
interface NodeWritable {
  write(chunk: unknown, done: (error?: unknown) => void): boolean;
  end(done?: () => void): unknown;
  once(type: string, listener: (...args: unknown[]) => void): unknown;
  on(type: string, listener: (...args: unknown[]) => void): unknown;
  destroy(error?: unknown): unknown;
}

/** Bytes as the web has them: no Buffer, whose methods differ. */
function plainBytes(chunk: unknown): unknown {
  if (!(chunk instanceof Uint8Array)) return chunk;
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

export function readableToWeb(readable: NodeReadable): ReadableStream {
  const chunks = readable[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(readable.readableObjectMode ? value : plainBytes(value));
      },
      cancel(reason) {
        readable.destroy(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

export function readableFromWeb(web: ReadableStream, options: object = {}): object {
  const reader = web.getReader();
  return new Readable({
    ...options,
    read(this: Pushing): void {
      reader.read().then(
        ({ done, value }: { done: boolean; value?: unknown }) => void this.push(done ? null : value),
        (error: unknown) => void this.destroy(error),
      );
    },
    destroy(error: unknown, done: (error?: unknown) => void): void {
      // What has ended takes no notice.
      reader.cancel(error).then(
        () => done(error),
        () => done(error),
      );
    },
  } as never);
}

export function writableToWeb(writable: NodeWritable): WritableStream {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  writable.on("error", reject);
  const orBroken = (work: (done: (error?: unknown) => void) => void): Promise<void> =>
    Promise.race([
      broken,
      new Promise<void>((resolve, failed) => work((error) => (error ? failed(error as Error) : resolve()))),
    ]);
  return new WritableStream({
    write: (chunk) => orBroken((done) => writable.write(chunk, done)),
    close: () => orBroken((done) => writable.end(() => done())),
    abort: (reason) => void writable.destroy(reason),
  });
}

export function writableFromWeb(web: WritableStream, options: object = {}): object {
  const writer = web.getWriter();
  const settled = (work: Promise<unknown>, done: (error?: unknown) => void): void => {
    work.then(
      () => done(),
      (error: unknown) => done(error),
    );
  };
  return new Writable({
    ...options,
    write: (chunk: unknown, _: unknown, done: (error?: unknown) => void) =>
      settled(writer.write(plainBytes(chunk)), done),
    final: (done: (error?: unknown) => void) => settled(writer.close(), done),
    destroy(error: unknown, done: (error?: unknown) => void): void {
      if (error) settled(writer.abort(error), () => done(error));
      else done(error);
    },
  } as never);
}

export function duplexToWeb(duplex: NodeReadable & NodeWritable): {
  readable: ReadableStream;
  writable: WritableStream;
} {
  return { readable: readableToWeb(duplex), writable: writableToWeb(duplex) };
}

export function duplexFromWeb(
  pair: { readable: ReadableStream; writable: WritableStream },
  options: object = {},
): object {
  const writable = writableFromWeb(pair.writable, options);
  const readable = readableFromWeb(pair.readable, options);
  return (Duplex as unknown as { from(pair: object): object }).from({ writable, readable });
}
