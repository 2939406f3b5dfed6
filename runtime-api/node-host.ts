import { asyncContext, type Frame, inFrame } from "./async-context/frame.ts";
import { mostBytesAtOnce, type NodeCryptoCalls, type NodeCryptoMethod } from "./crypto-ops.ts";
import { currentInvocation } from "./current.ts";
import { envJson } from "./handler.ts";
import { host } from "./host.ts";
import { asyncSupportModule, codecModule, cryptoCallsModule, keyModule } from "./lazy.ts";
import type { CompressionFormat } from "./ops.ts";
import { queueTask } from "./timers.ts";
import { crossable } from "./webidl.ts";

/** A hash that the host computes, which is fed piece by piece. */
interface HashStream {
  update(bytes: Uint8Array): void;
  /** Undefined when the request that it was begun for is over. */
  digest(): Uint8Array | undefined;
}

/**
 * What the modules of `node/` are made with: they are evaluated as a tenant's own are, and reach the runtime and the host by
 * this only. So nothing in it may do more than a tenant may.
 */
export const nodeHost = {
  __proto__: null,
  frame: (): Frame | undefined => asyncContext.frame,
  setFrame(frame: Frame | undefined): void {
    asyncContext.frame = frame;
  },
  inFrame,
  /** From now on all promises carry the frame of their then(). */
  carryFrames: (): void => void asyncSupportModule(),
  env: (): Record<string, string> => JSON.parse(envJson()) as Record<string, string>,
  queueTask,
  encodeUtf8: (text: string): Uint8Array => host.encodeUtf8(`${text}`),
  decodeUtf8: (bytes: Uint8Array): string => host.decode("utf-8", false, true, crossable(bytes)) ?? "",
  inspect(value: unknown, depth?: number): string {
    const { inspect } = require("./inspect/inspect.ts") as typeof import("./inspect/inspect.ts");
    return inspect(value, depth);
  },
  format(args: readonly unknown[]): string {
    const { format } = require("./inspect/format.ts") as typeof import("./inspect/format.ts");
    return format(args);
  },
  brands: () => require("./inspect/brands.ts") as typeof import("./inspect/brands.ts"),
  /** At most 65,536 bytes. */
  randomBytes: (length: number): Uint8Array => host.randomBytes(length),
  randomUuid: (): string => host.randomUuid(),
  /** Both of one length. */
  equalBytes: (a: Uint8Array, b: Uint8Array): boolean => host.equalBytes(crossable(a), crossable(b)),
  mostBytesAtOnce,
  /** `algorithm` is one of `hashNames`; at most `mostBytesAtOnce`. */
  digest: (algorithm: string, bytes: Uint8Array): Uint8Array => host.digest(algorithm, crossable(bytes)),
  hash(algorithm: string): HashStream {
    const invocation = currentInvocation();
    const id = host.startHash(invocation, algorithm);
    if (id === 0) throw new RangeError("too many hashes are begun at once");
    return {
      update(bytes) {
        for (let at = 0; at < bytes.length; at += mostBytesAtOnce) {
          host.updateHash(invocation, id, crossable(bytes.subarray(at, at + mostBytesAtOnce)));
        }
      },
      digest: () => host.finishHash(invocation, id),
    };
  },
  /** What the host gives: an ArrayBuffer, a truth value, a key or two, a JSON Web Key or a number; a promise of it for `node.scrypt`. */
  crypto: <Method extends NodeCryptoMethod>(method: Method, args: NodeCryptoCalls[Method]): unknown =>
    cryptoCallsModule().callHost(method, args),
  isCryptoKey: (value: unknown): boolean => keyModule().isKey(value),
  codec(format: CompressionFormat, compress: boolean, level: number) {
    const { Codec } = codecModule();
    return new Codec(format, compress, level);
  },
};
