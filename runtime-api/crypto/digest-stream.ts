import { mostBytesAtOnce } from "../crypto-ops.ts";
import { currentInvocation } from "../current.ts";
import { DOMException } from "../dom-exception.ts";
import { host } from "../host.ts";
import { streams } from "../streams/lazy-streams.ts";
import { defineInterface, isBufferSource, toDomString, viewBytes } from "../webidl.ts";

const names = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512"];

function toName(algorithm: unknown): string {
  const given =
    typeof algorithm === "object" && algorithm !== null ? (algorithm as { name?: unknown }).name : algorithm;
  const name = toDomString(given).toUpperCase();
  if (!names.includes(name)) throw new DOMException(`The hash function ${name} is not supported`, "NotSupportedError");
  return name;
}

function toChunk(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return host.encodeUtf8(chunk);
  if (!isBufferSource(chunk)) throw new TypeError("DigestStream: a chunk must be bytes or a string");
  return viewBytes(chunk);
}

// Not by its own name: the bundler would give the other one another.
const Writable = streams().WritableStream;

/** As Workers have it: hashes what is written to it, without keeping it. */
export class DigestStream extends Writable<unknown> {
  readonly #digest: Promise<ArrayBuffer>;
  #bytesWritten = 0;

  /** Throws a NotSupportedError for an unknown hash function, and an OperationError for too many hashes at once. */
  constructor(algorithm: unknown) {
    const name = toName(algorithm);
    const invocation = currentInvocation();
    const hash = host.startHash(invocation, name);
    if (hash === 0) throw new DOMException("Too many hashes at once", "OperationError");
    const result = Promise.withResolvers<ArrayBuffer>();
    super({
      write: (chunk) => {
        try {
          const bytes = toChunk(chunk);
          for (let at = 0; at < bytes.length; at += mostBytesAtOnce) {
            host.updateHash(invocation, hash, new Uint8Array(bytes.subarray(at, at + mostBytesAtOnce)));
          }
          this.#bytesWritten += bytes.length;
        } catch (error) {
          host.finishHash(invocation, hash);
          result.reject(error);
          throw error;
        }
      },
      close() {
        const digest = host.finishHash(invocation, hash);
        if (!digest) {
          const over = new DOMException("The request that began this DigestStream is over", "InvalidStateError");
          result.reject(over);
          throw over;
        }
        result.resolve(new Uint8Array(digest).buffer);
      },
      abort(reason) {
        host.finishHash(invocation, hash);
        result.reject(reason);
      },
    });
    // Whoever only writes need not handle what became of the digest.
    result.promise.catch(() => undefined);
    this.#digest = result.promise;
  }

  get digest(): Promise<ArrayBuffer> {
    return this.#digest;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }
}
defineInterface(DigestStream, "DigestStream", ["bytesWritten"]);
