import { encodeUtf8 } from "../encoding/utf8.ts";
import { Body } from "../fetch/body.ts";
import type { HostBody } from "./host-body.ts";
import { type ReadableByteStreamController, type ReadableStream, streams } from "./lazy-streams.ts";

export { streams };

/** The polyfill keeps what the standard calls [[disturbed]] in a property of the stream. */
type WithDisturbed = { _disturbed: boolean };

/** Which body a stream was made from. */
const owners = new WeakMap<ReadableStream, Body>();

/** How many bytes a stream gives, where that is certain. */
const lengths = new WeakMap<ReadableStream, number>();

export function announceLength(stream: ReadableStream, bytes: number): void {
  lengths.set(stream, bytes);
}

export function isReadableStream(value: object): value is ReadableStream {
  return value instanceof streams().ReadableStream;
}

export function isDisturbed(stream: ReadableStream): boolean {
  return (stream as unknown as WithDisturbed)._disturbed;
}

/** Disturbed or locked: nobody else may read it. */
export function isSpent(stream: ReadableStream): boolean {
  return isDisturbed(stream) || stream.locked;
}

/** Leaves a stream as a reader leaves it that has read everything. */
export function spend(stream: ReadableStream): void {
  (stream as unknown as WithDisturbed)._disturbed = true;
  stream.getReader();
}

/** A body made of a stream. When that was made from a body of the host's, it stays one. */
export function adoptStream(stream: ReadableStream): Body {
  if (isSpent(stream)) throw new TypeError("This ReadableStream is locked or has been read from already");
  const owner = owners.get(stream);
  const body = new Body(owner?.source, stream, null);
  if (owner) body.shared = owner.shared;
  else body.length = lengths.get(stream);
  return body;
}

/** A byte stream over the source of a body. */
export function openStream(body: Body): ReadableStream {
  const { source } = body;
  if (source === undefined) throw new TypeError("this body has no source");
  const { ReadableStream } = streams();
  const stream: ReadableStream =
    typeof source === "string" || source instanceof Uint8Array
      ? new ReadableStream({ type: "bytes", pull: (controller) => pullWhole(controller, body, source) })
      : new ReadableStream({
          type: "bytes",
          start(controller) {
            source.onFailure = (reason) => controller.error(reason);
          },
          pull: (controller) => pullFromHost(controller, source),
          cancel: () => source.cancel(),
        });
  owners.set(stream, body);
  return stream;
}

function pullWhole(controller: ReadableByteStreamController, body: Body, source: string | Uint8Array): void {
  const bytes = typeof source === "string" ? encodeUtf8(source) : body.shared ? new Uint8Array(source) : source;
  if (bytes.length > 0) controller.enqueue(bytes);
  close(controller);
}

async function pullFromHost(controller: ReadableByteStreamController, source: HostBody): Promise<void> {
  const chunk = await source.pull();
  if (chunk) controller.enqueue(chunk);
  else close(controller);
}

function close(controller: ReadableByteStreamController): void {
  controller.close();
  // A reader that brought its own buffer gets it back empty.
  controller.byobRequest?.respond(0);
}

/** Two streams of the same chunks; those of a tenant's own stream are copied for the second, so that neither sees the other's changes. */
export function tee(stream: ReadableStream, copied: boolean): [ReadableStream, ReadableStream] {
  const [first, second] = stream.tee();
  if (!copied) return [first, second];
  const { structuredClone } = require("../structured-clone.ts") as typeof import("../structured-clone.ts");
  const copying = new (streams().TransformStream)<unknown, unknown>({
    transform: (chunk, controller) => controller.enqueue(structuredClone(chunk)),
  });
  return [first, second.pipeThrough(copying)];
}

/** All bytes of a stream. Rejects when it breaks, and with a TypeError for chunks that are not bytes. */
export async function collect(stream: ReadableStream): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!(value instanceof Uint8Array)) {
      const error = notBytes(value);
      await reader.cancel(error);
      throw error;
    }
    chunks.push(value);
    length += value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export function notBytes(value: unknown): TypeError {
  return new TypeError(`A body's stream must give Uint8Array chunks, but this one gave ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : `a ${typeof value}`;
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? "another kind of buffer" : "an object";
}
