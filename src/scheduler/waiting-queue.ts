import { IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";

interface Waiting {
  readonly invocation: Invocation;
  readonly start: () => void;
  readonly refuse: (error: IsletError) => void;
  readonly untilMs: number;
  gone: boolean;
}

const sweepMs = 100;

/** Requests that wait for room, first come first served; bounded in number and in time. */
export class WaitingQueue {
  readonly #maxLength: number;
  readonly #maxMs: number;
  #waiting: Waiting[] = [];
  #length = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(maxLength: number, maxMs: number) {
    this.#maxLength = maxLength;
    this.#maxMs = maxMs;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Runs `run` when `advance` reaches it: at once then, so that the next in line sees what room it left.
   * @throws IsletError overloaded (at once), queue_timeout, or why it was cancelled.
   */
  wait(invocation: Invocation, run: () => Promise<Reply>): Promise<Reply> {
    if (this.#length >= this.#maxLength) {
      return Promise.reject(new IsletError("overloaded", "all pool processes are busy and the queue is full"));
    }
    return new Promise((resolve, refuse) => {
      const start = () => resolve(run());
      const entry: Waiting = { invocation, start, refuse, untilMs: performance.now() + this.#maxMs, gone: false };
      this.#waiting.push(entry);
      this.#length++;
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
      invocation.onCancel((reason) => this.#leave(entry, () => refuse(reason)));
    });
  }

  /** Lets requests go for as long as `hasRoom` says so. */
  advance(hasRoom: (invocation: Invocation) => boolean): void {
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as Waiting;
      if (!first.gone && !hasRoom(first.invocation)) return;
      this.#waiting.shift();
      this.#leave(first, first.start);
    }
  }

  #sweep(): void {
    const now = performance.now();
    for (const entry of this.#waiting) {
      if (entry.untilMs > now) break;
      this.#leave(entry, () => entry.refuse(new IsletError("queue_timeout", "no pool process became free in time")));
    }
    while (this.#waiting[0]?.gone) this.#waiting.shift();
  }

  #leave(entry: Waiting, tell: () => void): void {
    if (entry.gone) return;
    entry.gone = true;
    this.#length--;
    if (this.#length === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
      this.#waiting = [];
    }
    tell();
  }
}
