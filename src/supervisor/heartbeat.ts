import type { Timers } from "./timers.ts";

/** A beat is a message to another process and wakes it up; to look at one that is silent costs a fifth of that (by profile). */
const looksABeat = 5;
/** Beats that pass without a message while nothing has begun there that could hold it. */
const idleBeats = 10;

/**
 * Notices a child that no longer answers. It counts unanswered beats instead of measuring time: when
 * the supervisor itself was held up (a suspended machine, a long pause), the children are not blamed.
 */
export class Heartbeat {
  readonly #send: (seq: number) => void;
  readonly #onStall: () => void;
  readonly #stalled: (unansweredMs: number) => boolean;
  readonly #begun: () => number | null;
  readonly #timers: Timers;
  readonly #beatMs: number;
  #sent = 0;
  #answered = 0;
  /** What had begun when the last beat was sent, and what of that is known to be over. */
  #begunThen: number | null = null;
  #begunBefore: number | null = null;
  #begunAndOver: number | null = null;
  #passed = 0;
  #stopBeats: (() => void) | undefined;
  #stopLooks: (() => void) | undefined;

  constructor(options: {
    timers: Timers;
    beatMs: number;
    /** Asked with every beat, and more often while one is unanswered: whether the child, silent for so long, is to be given up. */
    stalled: (unansweredMs: number) => boolean;
    send: (seq: number) => void;
    /** How many things have begun there that might not end; null where that is not known. */
    begun: () => number | null;
    onStall: () => void;
  }) {
    this.#timers = options.timers;
    this.#beatMs = options.beatMs;
    this.#stalled = options.stalled;
    this.#begun = options.begun;
    this.#send = options.send;
    this.#onStall = options.onStall;
  }

  start(): void {
    this.stop();
    this.#answered = this.#sent;
    this.#begunAndOver = null;
    this.#stopBeats = this.#timers.every(this.#beatMs, () => this.#beat());
  }

  answered(seq: number): void {
    this.#answered = Math.max(this.#answered, Math.min(seq, this.#sent));
    if (this.#unanswered > 0) return;
    this.#begunAndOver = this.#begunThen;
    this.#endLooks();
  }

  stop(): void {
    this.#stopBeats?.();
    this.#stopBeats = undefined;
    this.#endLooks();
  }

  get #unanswered(): number {
    return this.#sent - this.#answered;
  }

  #beat(): void {
    if (this.#isIdle()) return;
    if (this.#isGivenUp()) return;
    // Whoever answers in time, as nearly all do, is not looked at in between.
    if (this.#unanswered > 0)
      this.#stopLooks ??= this.#timers.every(this.#beatMs / looksABeat, () => this.#isGivenUp());
    this.#sent += 1;
    this.#send(this.#sent);
  }

  /** A message would wake it up, twenty times a second for nothing. */
  #isIdle(): boolean {
    if (this.#unanswered > 0) return false;
    const begun = this.#begun();
    if (begun !== null && begun === this.#begunAndOver && ++this.#passed < idleBeats) return true;
    // The count is written down some milliseconds late: it is whole only where it was the same a beat ago.
    this.#begunThen = begun === this.#begunBefore ? begun : null;
    this.#begunBefore = begun;
    this.#passed = 0;
    return false;
  }

  #isGivenUp(): boolean {
    if (!this.#stalled(this.#unanswered * this.#beatMs)) return false;
    this.stop();
    this.#onStall();
    return true;
  }

  #endLooks(): void {
    this.#stopLooks?.();
    this.#stopLooks = undefined;
  }
}
