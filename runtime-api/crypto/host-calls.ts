import { decodeBase64Url } from "../base64.ts";
import {
  type CrossingBytes,
  type CrossingKey,
  type KeyDescription,
  mostSubtleBytes,
  type NodeCryptoMethod,
  type SubtleAnswer,
  type SubtleMethod,
} from "../crypto-ops.ts";
import { currentInvocation, setCurrent } from "../current.ts";
import { DOMException } from "../dom-exception.ts";
import { host } from "../host.ts";
import { Pending } from "../pending.ts";
import { safeList } from "../tamper-proof.ts";
import { descriptionOf, hasOwn, isKey, newKey, plainRecord } from "./key.ts";

const { parse, stringify } = JSON;
const { defineProperty, keys: keysOf } = Object;
const { isArray } = Array;

interface Waiting {
  readonly invocation: number;
  readonly result: PromiseWithResolvers<unknown>;
}

/** Calls that the host answers later. */
const waiting = new Pending<Waiting>();

/** Takes bytes and keys out of arguments, and puts in their place what says where they are. */
class Outgoing {
  sealed = "";
  readonly pieces: Uint8Array[] = safeList();
  size = 0;
  #keys = 0;

  write(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const record = plainRecord();
    if (value instanceof Uint8Array) {
      this.pieces[this.pieces.length] = value;
      this.size += value.length;
      record.bytes = value.length satisfies CrossingBytes["bytes"];
      return record;
    }
    if (isKey(value)) {
      const { sealed } = descriptionOf(value);
      this.sealed = this.#keys === 0 ? sealed : `${this.sealed}\n${sealed}`;
      record.key = this.#keys++ satisfies CrossingKey["key"];
      return record;
    }
    if (isArray(value)) return this.writeAll(value);
    for (const name of keysOf(value)) record[name] = this.write((value as Record<string, unknown>)[name]);
    return record;
  }

  /** A list without a prototype of the tenant's: it would be asked for its toJSON(). */
  writeAll(values: readonly unknown[], list = safeList<unknown>()): unknown[] {
    // biome-ignore lint/style/useForOf: a tenant can replace how arrays are iterated
    for (let i = 0; i < values.length; i++) list[list.length] = this.write(values[i]);
    return list;
  }

  joined(): Uint8Array {
    const first = this.pieces[0];
    if (first && this.pieces.length === 1) return first;
    const bytes = new Uint8Array(this.size);
    let at = 0;
    // biome-ignore lint/style/useForOf: such a list has no iterator
    for (let i = 0; i < this.pieces.length; i++) {
      const piece = this.pieces[i] as Uint8Array;
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

/** Has the host call the method. Throws, or gives a promise of, what the method gives. `args` are copies already. */
export function callHost(method: SubtleMethod | NodeCryptoMethod, args: readonly unknown[]): unknown {
  const outgoing = new Outgoing();
  const list = safeList<unknown>();
  list[0] = method;
  const call = stringify(outgoing.writeAll(args, list));
  if (outgoing.size > mostSubtleBytes) {
    throw new DOMException(`at most ${mostSubtleBytes} bytes fit into one call`, "OperationError");
  }
  const answer = host.subtle(currentInvocation(), call, outgoing.sealed, outgoing.joined());
  if (typeof answer !== "number") return read(answer);
  const result = Promise.withResolvers<unknown>();
  waiting.set(answer, { invocation: currentInvocation(), result });
  return result.promise;
}

/** The host's entry. */
export function subtleDone(id: number, answer: SubtleAnswer): void {
  const call = waiting.get(id);
  if (!call) return;
  waiting.delete(id);
  setCurrent(call.invocation);
  try {
    call.result.resolve(read(answer));
  } catch (error) {
    call.result.reject(error);
  }
}

function read(answer: SubtleAnswer): unknown {
  if (typeof answer === "boolean") return answer;
  if (typeof answer !== "string") return new Uint8Array(answer).buffer;
  const record = parse(answer) as Record<string, unknown>;
  if (hasOwn(record, "error")) throw failure(record as { error: string; message: string; code?: string });
  if (hasOwn(record, "key")) return newKey(record.key as KeyDescription);
  if (hasOwn(record, "jwk")) return record.jwk;
  if (hasOwn(record, "cipher")) return record.cipher;
  const result: Record<string, unknown> = {};
  for (const name of keysOf(record)) {
    const value = record[name];
    result[name] = typeof value === "string" ? decodeBase64Url(value)?.buffer : newKey(value as KeyDescription);
  }
  return result;
}

function failure(record: { error: string; message: string; code?: string }): unknown {
  const { error: name, message } = record;
  if (!hasOwn(record, "code")) return name === "TypeError" ? new TypeError(message) : new DOMException(message, name);
  const Kind = name === "TypeError" ? TypeError : name === "RangeError" ? RangeError : Error;
  const error = new Kind(message);
  defineProperty(error, "code", { __proto__: null, value: record.code, enumerable: true } as PropertyDescriptor);
  return error;
}
