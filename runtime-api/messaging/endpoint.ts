import { current } from "../current.ts";
import type { SerializedMessage } from "../structured-clone.ts";
import { queueTask } from "../timers.ts";

/** Who hears of what arrives: a port, as long as it has not been transferred. */
interface Receiver {
  deliver(message: SerializedMessage): void;
  otherSideClosed(): void;
}

/**
 * One end of a channel: what stays when its port is transferred. Each message comes in a task of its own, which
 * belongs to the request that gave the cause for it: the sender, or who starts the port.
 */
export class Endpoint {
  #peer: Endpoint | undefined;
  #receiver: Receiver | undefined;
  readonly #queue: SerializedMessage[] = [];
  #started = false;
  /** The request whose task will deliver the next message. */
  #deliveredBy: number | undefined;

  static entangle(one: Endpoint, other: Endpoint): void {
    one.#peer = other;
    other.#peer = one;
  }

  get isOpen(): boolean {
    return this.#peer !== undefined;
  }

  /** Undefined while it is between two ports. What arrives waits for `start` then. */
  set receiver(receiver: Receiver | undefined) {
    this.#receiver = receiver;
    this.#started = false;
  }

  /** To the other end; nowhere when either has been closed. */
  send(message: SerializedMessage): void {
    const peer = this.#peer;
    if (!peer) return;
    peer.#queue.push(message);
    peer.#schedule();
  }

  isPeerOf(other: Endpoint | undefined): boolean {
    return other !== undefined && this.#peer === other;
  }

  start(): void {
    this.#started = true;
    this.#schedule();
  }

  /** Takes the ends apart. What was sent before still arrives; the other end hears of it. */
  close(): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#peer = undefined;
    peer.#peer = undefined;
    queueTask(() => peer.#receiver?.otherSideClosed());
  }

  #schedule(): void {
    if (!this.#started || this.#queue.length === 0 || this.#deliveredBy === current) return;
    this.#deliveredBy = current;
    queueTask(() => this.#deliver());
  }

  #deliver(): void {
    this.#deliveredBy = undefined;
    if (!this.#started || !this.#receiver) return;
    const message = this.#queue.shift();
    // Before the listener, which may throw or end the request.
    this.#schedule();
    if (message) this.#receiver.deliver(message);
  }
}
