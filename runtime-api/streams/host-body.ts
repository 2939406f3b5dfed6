import { setCurrent } from "../current.ts";
import { host } from "../host.ts";
import { Pending } from "../pending.ts";

/** Bodies that wait for the host to say something, by their stream's id. */
const pulling = new Pending<HostBody>();

/**
 * A body that the host holds: pulled piece by piece, or handed back untouched by its id. At most
 * one pull is under way at a time.
 */
export class HostBody {
  readonly #stream: number;
  readonly #invocation: number;
  readonly #onOver: (() => void) | undefined;
  #state: "open" | "over" | "failed" = "open";
  #failure: unknown;
  #pull: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  /** Runs when `fail` breaks the body off. */
  onFailure: ((reason: unknown) => void) | undefined;

  /** `onOver` runs once, when nothing more will come of this body. */
  constructor(stream: number, invocation: number, onOver?: () => void) {
    this.#stream = stream;
    this.#invocation = invocation;
    this.#onOver = onOver;
  }

  get invocation(): number {
    return this.#invocation;
  }

  /** The next piece, never empty; undefined at the end. Rejects when the body breaks off. */
  pull(): Promise<Uint8Array | undefined> {
    if (this.#state === "failed") return Promise.reject(this.#failure);
    if (this.#state === "over") return Promise.resolve(undefined);
    this.#pull = Promise.withResolvers();
    pulling.set(this.#stream, this);
    host.pull(this.#stream);
    return this.#pull.promise;
  }

  /** Throws what broke the body off, if anything has. */
  assertSound(): void {
    if (this.#state === "failed") throw this.#failure;
  }

  /** All of it, as bytes that nobody else has. Rejects when the body breaks off. */
  async collect(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const chunk = await this.pull();
      if (!chunk) break;
      chunks.push(chunk);
      length += chunk.length;
    }
    const [first] = chunks;
    if (first && chunks.length === 1) return first;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** The id, for the host to send this body on; it cannot be read here any more. Throws when it broke off. */
  pass(): number {
    this.assertSound();
    this.#end("over");
    return this.#stream;
  }

  cancel(): void {
    if (this.#state !== "open") return;
    host.cancel(this.#stream);
    this.#end("over")?.resolve(undefined);
  }

  /** Breaks the body off: reads reject with `reason` from now on. */
  fail(reason: unknown): void {
    if (this.#state !== "open") return;
    this.#failure = reason;
    this.#end("failed")?.reject(reason);
    this.onFailure?.(reason);
  }

  /** From the host. */
  give(chunk: Uint8Array): void {
    const pull = this.#settle();
    if (chunk.length === 0) pull?.resolve(this.pull());
    else pull?.resolve(chunk);
  }

  /** From the host. */
  end(): void {
    this.#end("over")?.resolve(undefined);
  }

  #settle(): PromiseWithResolvers<Uint8Array | undefined> | undefined {
    const pull = this.#pull;
    this.#pull = undefined;
    pulling.delete(this.#stream);
    return pull;
  }

  #end(state: "over" | "failed"): PromiseWithResolvers<Uint8Array | undefined> | undefined {
    this.#state = state;
    this.#onOver?.();
    return this.#settle();
  }
}

function waiting(stream: number): HostBody | undefined {
  const body = pulling.get(stream);
  if (body) setCurrent(body.invocation);
  return body;
}

/** The host's entry. */
export function chunk(stream: number, bytes: Uint8Array): void {
  waiting(stream)?.give(bytes);
}

/** The host's entry. */
export function end(stream: number): void {
  waiting(stream)?.end();
}

/** The host's entry. */
export function streamError(stream: number, message: string): void {
  waiting(stream)?.fail(new TypeError(message));
}
