import { webcrypto } from "node:crypto";
import {
  mostBytesAtOnce,
  mostKeyBytes,
  mostSubtleBytes,
  type SubtleAnswer,
  type SubtleMethod,
} from "../../../runtime-api/crypto-ops.ts";
import { requireBytes, requireText } from "../op-arguments.ts";
import { HeldThread } from "./held-thread.ts";
import { NodeCrypto, scrypt, tooLargeForNode } from "./node-crypto.ts";
import { nodePriceMs } from "./node-prices.ts";
import { priceMs } from "./prices.ts";
import { quickly } from "./quick.ts";
import { SealedKeys } from "./sealed-keys.ts";
import { answerOf, failure, failureOf, forNode, isOfNode, type ReadCall, readCall } from "./subtle-call.ts";
import { Turns } from "./turns.ts";

/** Characters of a call: the largest JSON Web Key that fits in `mostKeyBytes`, and what stands around it. */
const longestCall = 2 * mostKeyBytes;
/** Calls of one isolate that may wait or run at once, and the bytes of them all. */
const mostPending = 1_000;
const mostPendingBytes = mostSubtleBytes;
/** CPU time that one call may take: it cannot be stopped once it has begun. */
const mostMs = 5_000;
/** The same of what is done at once: as much as a function may compute that the main thread itself runs. */
const mostMsAtOnce = 100;
/** What takes longer is given fewer threads. */
const longMs = 20;

/** In whose name a call is made. */
export interface SubtleCaller {
  /** Nobody waits for an answer any more. */
  readonly over: boolean;
  /** What ends with the request. */
  readonly owner: object;
  /** It computes on a thread of its own, and not on the one that calls are done on. */
  readonly onThread: boolean;
  /** Why so much CPU time may not be used. */
  forbids(ms: number): string | undefined;
  /** Charges CPU time before it is used. A text says why it may not be. */
  charge(ms: number): string | undefined;
  settle(id: number, answer: SubtleAnswer): void;
}

/** The threads are the process's. */
const turns = new Turns();
const subtle = webcrypto.subtle as unknown as Record<SubtleMethod, (...args: unknown[]) => Promise<unknown>>;

/**
 * crypto.subtle of one isolate, by Node's. What is done in microseconds is answered at once, by Node's
 * synchronous functions; all else goes to Node's SubtleCrypto, and so does what they refuse, which
 * knows the right error.
 */
export class GuestCrypto {
  readonly #keys = new SealedKeys();
  readonly #node = new NodeCrypto(this.#keys);
  readonly #held = new HeldThread(performance.now());
  #pending = 0;
  #pendingBytes = 0;

  /** An answer, or the id under which one will come. `nextId` is asked only then. */
  call(
    caller: SubtleCaller,
    nextId: () => number,
    call: string,
    sealed: string,
    bytes: Uint8Array,
  ): SubtleAnswer | number {
    requireText(call);
    requireText(sealed);
    requireBytes(bytes);
    if (bytes.length > mostSubtleBytes) return refused(`at most ${mostSubtleBytes} bytes fit into one call`);
    if (call.length > longestCall) return refused("the key is too large");
    const read = readCall(call, sealed, bytes, this.#keys);
    if (isOfNode(read.method) && read.method !== "node.scrypt") return this.#atOnce(caller, read, bytes.length);
    if (bytes.length <= mostBytesAtOnce) {
      const answer = quickly(read, this.#keys);
      if (answer !== undefined) return answer;
    }
    return this.#refuse(caller, read, bytes.length) ?? this.#start(caller, nextId(), read, bytes.length);
  }

  #atOnce(caller: SubtleCaller, read: ReadCall, size: number): SubtleAnswer {
    const ms = priceOf(read, size);
    if (ms > mostMsAtOnce) {
      return refused(
        `it would take more than the ${mostMsAtOnce} ms of CPU time that one call without a callback may take`,
      );
    }
    const why = tooLargeForNode(size) ?? caller.forbids(ms);
    if (why !== undefined) return refused(why);
    if (caller.onThread && !this.#held.take(ms, performance.now())) {
      return refused("so many long calls may not be made in a row: the function with a callback holds up nobody");
    }
    return this.#node.call(caller.owner, read);
  }

  #refuse(caller: SubtleCaller, read: ReadCall, size: number): string | undefined {
    const { method } = read;
    if (this.#pending >= mostPending || this.#pendingBytes + size > mostPendingBytes) {
      return refused(`at most ${mostPending} calls and ${mostPendingBytes} bytes may wait at once`);
    }
    if ((method === "importKey" || method === "unwrapKey") && size > mostKeyBytes)
      return refused("the key is too large");
    const ms = priceOf(read, size);
    if (ms > mostMs) return refused(`it would take more than the ${mostMs} ms of CPU time that one call may take`);
    const tooDear = caller.charge(ms);
    return tooDear === undefined ? undefined : refused(tooDear);
  }

  #start(caller: SubtleCaller, id: number, read: ReadCall, size: number): number {
    this.#pending++;
    this.#pendingBytes += size;
    turns.take(this, priceOf(read, size) > longMs, async () => {
      const answer = caller.over ? undefined : await this.#run(read);
      this.#pending--;
      this.#pendingBytes -= size;
      if (answer !== undefined) caller.settle(id, answer);
    });
    return id;
  }

  async #run({ method, args }: ReadCall): Promise<SubtleAnswer> {
    if (isOfNode(method)) return scrypt(args);
    try {
      return answerOf(await subtle[method](...forNode(args)), this.#keys);
    } catch (error) {
      return failureOf(error);
    }
  }
}

function priceOf({ method, args }: ReadCall, size: number): number {
  return isOfNode(method) ? nodePriceMs(method, args, size) : priceMs(method, args);
}

function refused(why: string): string {
  return failure("OperationError", why);
}
