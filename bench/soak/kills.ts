import { setTimeout as delay } from "node:timers/promises";
import { killAll } from "../clean-up.ts";
import { type ProcessKind, processesOf } from "../islet-processes.ts";

/** Within which a connection breaks after its front was killed. */
const breakMs = 1_000;

export interface Victims {
  readonly pids: () => number[];
  /** Resolves when the server says that all its processes are there. */
  readonly whole: () => Promise<void>;
}

/** Kills processes of a server at random times and keeps account of it. */
export class Kills {
  readonly #victims: Victims;
  readonly count: Record<ProcessKind, number> = { front: 0, pool: 0 };
  #frontKilledAt = Number.NEGATIVE_INFINITY;

  constructor(victims: Victims) {
    this.#victims = victims;
  }

  frontWasKilled(at: number): boolean {
    return at - this.#frontKilledAt < breakMs;
  }

  /** SIGKILL to one of the kind, chosen by chance, every `meanMs` or so, until it is stopped. */
  async run(kind: ProcessKind, meanMs: number, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await delay(meanMs * (0.5 + Math.random()));
      // A server of two fronts that loses both has nobody to answer. A pool process may be hit at any time.
      if (kind === "front") await this.#victims.whole();
      if (!stop.aborted) this.#kill(kind);
    }
  }

  #kill(kind: ProcessKind): void {
    const living = processesOf(this.#victims.pids(), kind);
    const victim = living[Math.floor(Math.random() * living.length)];
    if (victim === undefined) return;
    if (kind === "front") this.#frontKilledAt = performance.now();
    this.count[kind]++;
    killAll([victim]);
  }
}
