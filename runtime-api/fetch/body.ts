import type { ReadableStream } from "web-streams-polyfill";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { blobModule, bodyStreamsModule, multipartModule } from "../lazy.ts";
import type { OutgoingBody } from "../ops.ts";
import type { HostBody } from "../streams/host-body.ts";
import { crossable, isBufferSource, toUsvString, viewBytes } from "../webidl.ts";

export type BodySource = string | Uint8Array<ArrayBufferLike> | HostBody;

/**
 * The body of a Request or Response. While it has a source it can be read, sent and cloned without
 * any stream; the stream is made when somebody asks for it.
 */
export class Body {
  /** Undefined when there is nothing but a stream of the tenant's. */
  source: BodySource | undefined;
  stream: ReadableStream | undefined;
  /** The content type that the source implies. */
  readonly type: string | null;
  /** Read or sent, without the stream. */
  used = false;
  /** Bytes, of a stream that was announced with so many. */
  length: number | undefined = undefined;
  /** Another body has the same source. */
  shared = false;

  constructor(source: BodySource | undefined, stream: ReadableStream | undefined, type: string | null) {
    this.source = source;
    this.stream = stream;
    this.type = type;
  }
}

export const textType = "text/plain;charset=UTF-8";

/** What a tenant gave as a body, which is not null. Throws a TypeError for streams that are spent. */
export function extractBody(init: unknown): Body {
  if (typeof init === "string") return new Body(init, undefined, textType);
  if (isBufferSource(init)) return new Body(new Uint8Array(viewBytes(init)), undefined, null);
  if (typeof init !== "object" || init === null) return new Body(toUsvString(init), undefined, textType);
  // The tag says which class to load and ask; objects that only pretend become strings.
  switch ((init as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]) {
    case "ReadableStream": {
      const { adoptStream, isReadableStream } = bodyStreamsModule();
      if (isReadableStream(init)) return adoptStream(init);
      break;
    }
    case "URLSearchParams":
      return new Body(toUsvString(init), undefined, "application/x-www-form-urlencoded;charset=UTF-8");
    case "Blob":
    case "File": {
      const { Blob, blobBytes } = blobModule();
      if (!(init instanceof Blob)) break;
      const body = new Body(blobBytes(init), undefined, init.type === "" ? null : init.type);
      body.shared = true;
      return body;
    }
    case "FormData": {
      const { bytes, boundary } = multipartModule().serializeMultipart(init as never);
      return new Body(bytes, undefined, `multipart/form-data; boundary=${boundary}`);
    }
  }
  return new Body(toUsvString(init), undefined, textType);
}

/** bodyUsed, as the Fetch Standard has it. */
export function isUsed(body: Body | null): boolean {
  if (body === null) return false;
  return body.used || (body.stream !== undefined && bodyStreamsModule().isDisturbed(body.stream));
}

export function assertUsable(body: Body): void {
  if (body.used || (body.stream && bodyStreamsModule().isSpent(body.stream))) {
    throw new TypeError("Body has already been used, or its stream is locked: a body can be read or sent only once");
  }
}

/** The stream of a body, for the `body` attribute. */
export function streamOf(body: Body | null): ReadableStream | null {
  if (body === null) return null;
  if (body.stream === undefined) {
    const { openStream, spend } = bodyStreamsModule();
    body.stream = openStream(body);
    if (body.used) spend(body.stream);
  }
  return body.stream;
}

/** Uses the body up. Throws a TypeError when that has happened already. */
function use(body: Body): BodySource | undefined {
  assertUsable(body);
  body.used = true;
  if (body.source !== undefined && body.stream) bodyStreamsModule().spend(body.stream);
  return body.source;
}

/**
 * Uses the body up for the host. `true` means that its stream must be pumped.
 * Throws a TypeError when it is used already.
 */
export function takeForHost(body: Body | null): OutgoingBody {
  if (body === null) return null;
  const source = use(body);
  if (typeof source === "string") return source;
  if (source === undefined) return true;
  if (source instanceof Uint8Array) return crossable(source);
  return source.pass();
}

/**
 * Uses the body up and gives all of it. Throws a TypeError when it is used already; rejects when
 * the stream breaks, and throws what has broken it already.
 */
export function readWhole(body: Body | null): string | Uint8Array | Promise<Uint8Array> {
  if (body === null) return "";
  // At once, and as often as it is tried: nothing is used up by it.
  if (typeof body.source === "object" && !(body.source instanceof Uint8Array)) body.source.assertSound();
  const source = use(body);
  if (typeof source === "string") return source;
  if (source === undefined) return bodyStreamsModule().collect(body.stream as ReadableStream);
  if (source instanceof Uint8Array) return body.shared ? new Uint8Array(source) : source;
  return source.collect();
}

/** Nobody will read it. */
export function cancelBody(body: Body | null, reason: unknown): void {
  if (body?.stream !== undefined) body.stream.cancel(reason).catch(() => undefined);
  else if (typeof body?.source === "object" && !(body.source instanceof Uint8Array)) body.source.cancel();
}

/** Uses the body up for a new Request or Response that takes its place. */
export function moveBody(body: Body): Body {
  if (body.source === undefined) {
    assertUsable(body);
    const { streams } = bodyStreamsModule();
    const through = new (streams().TransformStream)();
    const moved = new Body(undefined, (body.stream as ReadableStream).pipeThrough(through), body.type);
    body.used = true;
    return moved;
  }
  const moved = new Body(use(body), undefined, body.type);
  moved.shared = body.shared;
  return moved;
}

/** Both bodies can be read afterwards. Throws a TypeError when this one is used already. */
export function cloneBody(body: Body | null): Body | null {
  if (body === null) return null;
  assertUsable(body);
  if (typeof body.source === "string" || body.source instanceof Uint8Array) {
    const clone = new Body(body.source, undefined, body.type);
    clone.shared = body.shared = true;
    return clone;
  }
  const fromTenant = body.source === undefined;
  const [first, second] = bodyStreamsModule().tee(streamOf(body) as ReadableStream, fromTenant);
  body.source = undefined;
  body.stream = first;
  return new Body(undefined, second, body.type);
}

const byteOrderMark = 0xfeff;

export function toText(content: string | Uint8Array): string {
  if (typeof content !== "string") return decodeUtf8(content);
  const text = content.charCodeAt(0) === byteOrderMark ? content.slice(1) : content;
  return text.toWellFormed();
}

export function toBytes(content: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string" ? encodeUtf8(content) : content;
  if (bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === bytes.byteLength) {
    return bytes as Uint8Array<ArrayBuffer>;
  }
  return new Uint8Array(bytes);
}
