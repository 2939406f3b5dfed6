import { BackOff } from "./back-off.ts";
import type { ChildState } from "./child.ts";
import type { Death, KillReason } from "./death.ts";
import type { Timers } from "./timers.ts";

interface Life {
  readonly state: ChildState;
  readonly ready: Promise<object | null>;
  readonly dead: Promise<Death>;
  kill(reason: KillReason): void;
}

export interface SlotOptions<C> {
  readonly timers: Timers;
  /** Brings the slot's next child into being. */
  readonly bear: () => C;
  /** How long a dead child's place stays empty; by default as BackOff has it. */
  readonly delayAfter?: (child: C, death: Death) => number;
  readonly onReady?: (child: C) => void;
  /** The slot has been filled again already when the replacement is due at once. */
  readonly onDeath?: (child: C, death: Death) => void;
}

/** A place that is to hold one living child: a dead one is replaced, at once or after a back-off. */
export class Slot<C extends Life> {
  readonly #options: SlotOptions<C>;
  readonly #backOff = new BackOff();
  #child: C | null = null;
  #cancelRefill: (() => void) | undefined;
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(options: SlotOptions<C>) {
    this.#options = options;
  }

  get child(): C | null {
    return this.#child;
  }

  /** The child if it is ready. */
  get readyChild(): C | null {
    return this.#child?.state === "ready" ? this.#child : null;
  }

  /** Puts a child into an empty slot. */
  fill(): void {
    if (this.#closed || this.#child) return;
    this.#cancelRefill?.();
    const child = this.#options.bear();
    this.#child = child;
    void this.#watchReady(child);
    void this.#watchDeath(child);
  }

  /** Hands the child over to another slot and bears a new one for this. */
  take(): C | null {
    const child = this.#child;
    this.#child = null;
    this.fill();
    return child;
  }

  /** Hands the child over to its owner; another is born after `delayMs`. */
  vacate(delayMs: number): C | null {
    const child = this.#child;
    this.#child = null;
    if (!this.#closed) this.#refillAfter(delayMs);
    return child;
  }

  /** Bears no more children and gives the present one away. */
  release(): C | null {
    const child = this.close();
    this.#child = null;
    return child;
  }

  /** Resolves with the child as soon as one is ready here. Never resolves once the slot is closed. */
  async whenReady(): Promise<C> {
    for (;;) {
      if (this.readyChild) return this.readyChild;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Bears no more children; the present one is left to its owner. */
  close(): C | null {
    this.#closed = true;
    this.#cancelRefill?.();
    return this.#child;
  }

  async #watchReady(child: C): Promise<void> {
    const ready = await child.ready;
    if (!ready || this.#child !== child) return;
    for (const wake of this.#waiting.splice(0)) wake();
    this.#options.onReady?.(child);
  }

  async #watchDeath(child: C): Promise<void> {
    const death = await child.dead;
    if (this.#child !== child) return;
    this.#child = null;
    const { delayAfter } = this.#options;
    if (!this.#closed) this.#refillAfter(delayAfter ? delayAfter(child, death) : this.#backOff.next(death.readyMs));
    this.#options.onDeath?.(child, death);
  }

  #refillAfter(delayMs: number): void {
    if (delayMs === 0) this.fill();
    else this.#cancelRefill = this.#options.timers.after(delayMs, () => this.fill());
  }
}

/** Closes slots, kills what lives in them and waits until it is gone. */
export async function killAll<C extends Life>(slots: readonly Slot<C>[]): Promise<void> {
  const last = slots.flatMap((slot) => slot.close() ?? []);
  for (const child of last) child.kill("stopped");
  await Promise.all(last.map((child) => child.dead));
}
