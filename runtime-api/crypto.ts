import type { SubtleCrypto } from "./crypto/subtle.ts";
import { DOMException } from "./dom-exception.ts";
import { host } from "./host.ts";
import { defineInterface, getterOf, isShared, requireArguments } from "./webidl.ts";

const trusted = Symbol("trusted");
/** Bytes that one getRandomValues() may ask for. */
const quota = 65_536;

const { apply } = Reflect;
const viewName = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** False for a DataView and for views of floats. */
function isOfIntegers(view: ArrayBufferView): boolean {
  const name = apply(viewName, view, []) as string | undefined;
  return name !== undefined && !name.startsWith("Float");
}

class Crypto {
  readonly #real = true;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw new TypeError("Illegal constructor");
  }

  get subtle(): SubtleCrypto {
    this.#require();
    return (require("./crypto/subtle.ts") as typeof import("./crypto/subtle.ts")).subtle;
  }

  /** Throws a TypeMismatchError for views of floats and a QuotaExceededError past 65,536 bytes. */
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    this.#require();
    requireArguments(arguments.length, 1, "getRandomValues");
    if (!ArrayBuffer.isView(array)) throw new TypeError("getRandomValues: a view of an ArrayBuffer is required");
    if (!isOfIntegers(array)) {
      throw new DOMException("getRandomValues: a view of integers is required", "TypeMismatchError");
    }
    const { buffer, byteOffset, byteLength } = array;
    if (isShared(buffer)) throw new TypeError("getRandomValues: the memory must not be shared");
    if (byteLength > quota) {
      const { QuotaExceededError } = require("./quota-exceeded-error.ts") as typeof import("./quota-exceeded-error.ts");
      throw new QuotaExceededError(`getRandomValues: at most ${quota} bytes at a time`);
    }
    if (byteLength > 0) new Uint8Array(buffer, byteOffset, byteLength).set(host.randomBytes(byteLength));
    return array;
  }

  randomUUID(): string {
    this.#require();
    return host.randomUuid();
  }

  /** Of Workers, and no part of the standard. */
  get DigestStream(): unknown {
    return (require("./crypto/digest-stream.ts") as typeof import("./crypto/digest-stream.ts")).DigestStream;
  }

  /** As Node's crypto.timingSafeEqual; Workers have it on crypto.subtle. */
  timingSafeEqual(a: unknown, b: unknown): boolean {
    requireArguments(arguments.length, 2, "timingSafeEqual");
    return (require("./crypto/equal.ts") as typeof import("./crypto/equal.ts")).timingSafeEqual(a, b);
  }

  #require(): void {
    if (!this.#real) throw new TypeError("Illegal invocation");
  }
}
defineInterface(Crypto, "Crypto", ["subtle"]);

export { Crypto };
export const crypto = new Crypto(trusted);
