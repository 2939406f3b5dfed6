import type { Timers } from "./timers.ts";

/** A beat is a message to another process and wakes it up; to look at one that is silent costs a fifth of that (by profile). */
const looksABeat = 5;

/**
 * Notices a child that no longer answers. It counts unanswered beats instead of measuring time: when
 * the supervisor itself was held up (a suspended machine, a long pause), the children are not blamed.
 */
export class Heartbeat {
  readonly #send: (seq: number) => void;
  readonly #onStall: () => void;
  readonly #stalled: (unansweredMs: number) => boolean;
  readonly #timers: Timers;
  readonly #beatMs: number;
  #looks = 0;
  #sent = 0;
  #answered = 0;
  #stop: (() => void) | undefined;

  constructor(options: {
    timers: Timers;
    beatMs: number;
    /** Asked with every beat, and more often while one is unanswered: whether the child, silent for so long, is to be given up. */
    stalled: (unansweredMs: number) => boolean;
    send: (seq: number) => void;
    onStall: () => void;
  }) {
    this.#timers = options.timers;
    this.#beatMs = options.beatMs;
    this.#stalled = options.stalled;
    this.#send = options.send;
    this.#onStall = options.onStall;
  }

  start(): void {
    this.stop();
    this.#answered = this.#sent;
    this.#looks = 0;
    this.#stop = this.#timers.every(this.#beatMs / looksABeat, () => this.#look());
  }

  answered(seq: number): void {
    this.#answered = Math.max(this.#answered, Math.min(seq, this.#sent));
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #look(): void {
    const isBeat = ++this.#looks % looksABeat === 0;
    const unanswered = this.#sent - this.#answered;
    if (unanswered === 0 && !isBeat) return;
    if (this.#stalled(unanswered * this.#beatMs)) {
      this.stop();
      this.#onStall();
    } else if (isBeat) {
      this.#sent += 1;
      this.#send(this.#sent);
    }
  }
}
