import type { SerializedMessage } from "../structured-clone.ts";
import { queueTask } from "../timers.ts";
import { Inbox } from "./inbox.ts";

/** Who hears of what arrives: a port, as long as it has not been transferred. */
interface Receiver {
  deliver(message: SerializedMessage): void;
  otherSideClosed(): void;
}

/** One end of a channel: what stays when its port is transferred. */
export class Endpoint {
  #peer: Endpoint | undefined;
  #receiver: Receiver | undefined;
  readonly #inbox = new Inbox<SerializedMessage>();

  static entangle(one: Endpoint, other: Endpoint): void {
    one.#peer = other;
    other.#peer = one;
  }

  /** Undefined while it is between two ports. What arrives waits for `start` then. */
  set receiver(receiver: Receiver | undefined) {
    this.#receiver = receiver;
    this.#inbox.receiver = undefined;
  }

  /** To the other end; nowhere when either has been closed. */
  send(message: SerializedMessage): void {
    const peer = this.#peer;
    if (peer) peer.#inbox.put(message);
  }

  isPeerOf(other: Endpoint | undefined): boolean {
    return other !== undefined && this.#peer === other;
  }

  start(): void {
    this.#inbox.receiver = (message) => this.#receiver?.deliver(message);
  }

  /** Takes the ends apart. What was sent before still arrives; the other end hears of it. */
  close(): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#peer = undefined;
    peer.#peer = undefined;
    queueTask(() => peer.#receiver?.otherSideClosed());
  }
}
