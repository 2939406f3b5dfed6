import { mostKeyBytes, type NodeCryptoMethod } from "../../../runtime-api/crypto-ops.ts";
import { standardCurve } from "./node-keys.ts";
import { keyMs, leastMs, ofBytes, ofName, ofPbkdf2 } from "./prices.ts";
import { HeldKey } from "./sealed-keys.ts";

/* What a call of node:crypto costs in CPU time, before it begins. */

/** Milliseconds for one step of scrypt, of which there are N · r · p. */
const perStepMs = 0.000_45;
const readKeyMs = 0.2;

/** Expected milliseconds; Infinity for what nobody may have. `bytes` are those of all arguments. */
export function nodePriceMs(method: NodeCryptoMethod, args: readonly unknown[], bytes: number): number {
  const ms = leastMs + ofBytes(bytes) + ofMethod(method, args);
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

function ofMethod(method: NodeCryptoMethod, args: readonly unknown[]): number {
  switch (method) {
    case "node.createKey":
    case "node.publicOf":
    case "node.exportKey":
      return readKeyMs;
    case "node.generateKeyPair":
      return 2 * ofName({ name: args[0], namedCurve: standardCurve(String(args[1])) }) + readKeyMs;
    case "node.pbkdf2": {
      const [, , length, iterations, digest] = args;
      if (!(Number(length) <= mostKeyBytes)) return Number.POSITIVE_INFINITY;
      return ofPbkdf2(Number(iterations), hashOf(digest), Number(length) * 8);
    }
    case "node.scrypt":
    case "node.scryptSync": {
      const [, , length, cost] = args;
      const { N, r, p } = (cost ?? {}) as Partial<Record<"N" | "r" | "p", unknown>>;
      if (!(Number(length) <= mostKeyBytes)) return Number.POSITIVE_INFINITY;
      // Node takes its usual numbers for zeros.
      return (Number(N) || 16_384) * (Number(r) || 8) * (Number(p) || 1) * perStepMs;
    }
    default:
      return args.reduce<number>((sum, arg) => sum + (arg instanceof HeldKey ? keyMs(arg) : 0), 0);
  }
}

/** As the standard names it. */
function hashOf(digest: unknown): string {
  const bits = /^sha-?(1|256|384|512)$/i.exec(String(digest))?.[1];
  return bits === undefined ? "" : `SHA-${bits}`;
}
