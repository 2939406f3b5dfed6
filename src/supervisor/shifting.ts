import type { Clock } from "../core/clock.ts";
import type { ByKind, KindLoad, Shift, SplitPolicy } from "./split-policy.ts";
import type { Timers } from "./timers.ts";

export interface ShiftingOptions<Process> {
  readonly policy: SplitPolicy;
  readonly everyMs: number;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Those that serve. Null while one of them starts or another still leaves. */
  readonly settled: () => ByKind<readonly Process[]> | null;
  /** CPU milliseconds of its main thread; null where that cannot be known. */
  readonly cpuMs: (process: Process) => number | null;
  /** Resolves when those that are more serve, and those that are less are leaving. */
  readonly shift: (shift: Shift) => Promise<void>;
}

/** Has the processes follow the load: looks at them, asks the policy, and has done what it says. */
export class Shifting<Process> {
  readonly stop: () => void;
  readonly #options: ShiftingOptions<Process>;
  /** CPU time at the last look. */
  #before = new Map<Process, number>();
  #beforeMs = 0;
  #load: ByKind<number> | null = null;
  #underWay = false;

  constructor(options: ShiftingOptions<Process>) {
    this.#options = options;
    this.stop = options.timers.every(options.everyMs, () => void this.#look());
  }

  /** Of an average process of each kind, between the last two looks: 0 to 1. Null when that is not known. */
  get load(): ByKind<number> | null {
    return this.#load;
  }

  async #look(): Promise<void> {
    const { policy, clock, settled, shift } = this.#options;
    if (this.#underWay) return;
    const nowMs = clock.now();
    const look = this.#measure(settled(), nowMs);
    this.#load = look && { front: look.front.busy / look.front.count, pool: look.pool.busy / look.pool.count };
    const decided = policy.look(look, nowMs);
    if (!decided) return;
    this.#underWay = true;
    try {
      await shift(decided);
    } finally {
      this.#underWay = false;
    }
  }

  /** Null when there is nothing to compare with. */
  #measure(processes: ByKind<readonly Process[]> | null, nowMs: number): ByKind<KindLoad> | null {
    const before = this.#before;
    const sinceMs = nowMs - this.#beforeMs;
    this.#before = new Map();
    this.#beforeMs = nowMs;
    if (!processes) return null;
    const loadOf = (kind: readonly Process[]): KindLoad => {
      let cpuMs = 0;
      for (const process of kind) {
        const now = this.#options.cpuMs(process) ?? Number.NaN;
        cpuMs += now - (before.get(process) ?? Number.NaN);
        this.#before.set(process, now);
      }
      return { count: kind.length, busy: cpuMs / sinceMs };
    };
    const look = { front: loadOf(processes.front), pool: loadOf(processes.pool) };
    return Number.isFinite(look.front.busy + look.pool.busy) ? look : null;
  }
}
