import type { SubtleCrypto } from "./crypto/subtle.ts";
import { DOMException } from "./dom-exception.ts";
import { host } from "./host.ts";
import { defineInterface, isShared, requireArguments } from "./webidl.ts";

/** Bytes that one getRandomValues() may ask for. */
const quota = 65_536;

class Crypto {
  get subtle(): SubtleCrypto {
    return (require("./crypto/subtle.ts") as typeof import("./crypto/subtle.ts")).subtle;
  }

  /** Throws a TypeMismatchError for views of floats and a QuotaExceededError past 65,536 bytes. */
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    requireArguments(arguments.length, 1, "getRandomValues");
    if (!ArrayBuffer.isView(array)) throw new TypeError("getRandomValues: a view of an ArrayBuffer is required");
    if (array instanceof DataView || /^(Float|$)/.test(array[Symbol.toStringTag as never])) {
      throw new DOMException("getRandomValues: a view of integers is required", "TypeMismatchError");
    }
    const { buffer, byteOffset, byteLength } = array;
    if (isShared(buffer)) throw new TypeError("getRandomValues: the memory must not be shared");
    if (byteLength > quota) {
      throw new DOMException(`getRandomValues: at most ${quota} bytes at a time`, "QuotaExceededError");
    }
    if (byteLength > 0) new Uint8Array(buffer, byteOffset, byteLength).set(host.randomBytes(byteLength));
    return array;
  }

  randomUUID(): string {
    return host.randomUuid();
  }
}
defineInterface(Crypto, "Crypto", ["subtle"]);

export { Crypto };
export const crypto = new Crypto();
