import type { Blame } from "../core/blame-mark.ts";

/** For a pool process, which does little between entries. */
export const poolGraceMs = 50;
/** For a front with a pool in it, whose own work between two entries must not be taken for the last one. */
export const frontGraceMs = 200;

export interface SpinWatchParts {
  /** The process's note of what it entered last. */
  readonly blame: () => Blame | null;
  /** CPU milliseconds of its main thread; null where that cannot be known. */
  readonly cpuMs: () => number | null;
  /** CPU time beyond what an entry may take before its process is given up: for the watch inside to end it. */
  readonly graceMs: number;
  /** How long it may be silent whatever it does, beside what an entry may take. */
  readonly silenceMs: number;
}

/**
 * Whether a process that leaves beats unanswered is held by one entry that does not end:
 * some built-ins of V8 take no notice of a termination.
 *
 * By CPU time and not by the clock, so that a process which has no core to run on is not taken for
 * one that hangs, and counted anew with every entry, so that many short ones are not taken for one.
 */
export class SpinWatch {
  readonly #parts: SpinWatchParts;
  #entries = -1;
  #cpuMs = 0;
  #silentMs = 0;

  constructor(parts: SpinWatchParts) {
    this.#parts = parts;
  }

  stalled(unansweredMs: number): boolean {
    const blame = this.#parts.blame();
    const cpuMs = this.#parts.cpuMs();
    const entries = blame?.entries ?? -1;
    if (unansweredMs === 0 || entries !== this.#entries) {
      this.#entries = entries;
      this.#cpuMs = cpuMs ?? 0;
      this.#silentMs = unansweredMs;
      return false;
    }
    const allowanceMs = blame?.allowanceMs ?? 0;
    if (blame && cpuMs !== null && cpuMs - this.#cpuMs >= allowanceMs + this.#parts.graceMs) return true;
    return unansweredMs - this.#silentMs >= allowanceMs + this.#parts.silenceMs;
  }
}
