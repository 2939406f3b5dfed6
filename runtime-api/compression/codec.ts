import { currentInvocation, setCurrent } from "../current.ts";
import { host } from "../host.ts";
import type { CompressionFormat } from "../ops.ts";
import { Pending } from "../pending.ts";
import { crossable } from "../webidl.ts";

/** A piece of output, perhaps empty, and whether more follows without further input. */
export interface Coded {
  readonly bytes: Uint8Array;
  readonly more: boolean;
}

interface Step {
  readonly invocation: number;
  readonly answer: PromiseWithResolvers<Coded>;
}

/** Those that wait for the host, by their codec's id. */
const steps = new Pending<Step>();

/** Bytes that the host takes at once. */
export const stepBytes = 64 * 1024;

/**
 * A compressor or decompressor, which the host has. It is opened with its first step, by whichever invocation
 * takes that, and ends with it.
 */
export class Codec {
  readonly #format: CompressionFormat;
  readonly #compress: boolean;
  readonly #level: number;
  #id = 0;

  /** `level` is the format's own, up to 9, and 6 for Brotli; -1 is the usual one. To expand it is 0 where bytes behind the end are no error. */
  constructor(format: CompressionFormat, compress: boolean, level = -1) {
    this.#format = format;
    this.#compress = compress;
    this.#level = level;
  }

  /**
   * One step at a time: a piece of input of at most `stepBytes`, the end of the input (null), or undefined for more of
   * the output. Rejects with a TypeError for input that is not of the format, and with a RangeError when too many are open.
   */
  step(input: Uint8Array | null | undefined): Promise<Coded> {
    if (this.#id === 0) this.#id = host.openCodec(currentInvocation(), this.#format, this.#compress, this.#level);
    if (this.#id === 0) return Promise.reject(new RangeError("too many compression streams are open"));
    const answer = Promise.withResolvers<Coded>();
    steps.set(this.#id, { invocation: currentInvocation(), answer });
    host.code(this.#id, input ? crossable(input) : input);
    return answer.promise;
  }

  close(): void {
    if (this.#id !== 0) host.closeCodec(this.#id);
  }
}

function take(id: number): Step | undefined {
  const step = steps.get(id);
  steps.delete(id);
  if (step) setCurrent(step.invocation);
  return step;
}

/** The host's entry. */
export function coded(id: number, bytes: Uint8Array, more: boolean): void {
  take(id)?.answer.resolve({ bytes, more });
}

/** The host's entry. */
export function codecFailed(id: number, message: string): void {
  take(id)?.answer.reject(new TypeError(message));
}
