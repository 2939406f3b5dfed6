import type { Clock } from "../core/clock.ts";
import type { PoolGroup } from "../core/deployment.ts";
import type { ClosedGroup, PoolAddress } from "../core/messages.ts";
import { BackOff } from "./back-off.ts";
import type { PoolChild } from "./child-kinds.ts";
import type { Death } from "./death.ts";
import { Slot } from "./slot.ts";
import type { Timers } from "./timers.ts";

/** For processes that their own functions ended. */
const guiltyTimes = { firstMs: 1_000, longestMs: 60_000, healthyMs: 60_000 };
/** A group that was used a moment ago makes no room for another. */
const busyMs = 2_000;

export interface DedicatedPoolsOptions {
  /** How many groups may have a process at the same time. */
  readonly max: number;
  /** A group that nobody has asked for in so long loses its process. */
  readonly idleMs: number;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly bear: (group: PoolGroup) => PoolChild;
  readonly onChange: () => void;
  readonly onDeath: (pool: PoolChild, death: Death) => void;
  /** Lets a process that has lost its place end what runs in it. */
  readonly onLeave: (pool: PoolChild) => void;
}

interface Dedicated {
  readonly group: PoolGroup;
  readonly slot: Slot<PoolChild>;
  readonly penalties: BackOff;
  bornAtMs: number;
  wantedAtMs: number;
  /** Epoch milliseconds; null while there is a process, or one may come at any moment. */
  closedUntilMs: number | null;
  cancelIdle: () => void;
}

/** The groups of one pool process each that tenants have for themselves: born on demand, gone when idle. */
export class DedicatedPools {
  readonly #options: DedicatedPoolsOptions;
  readonly #groups = new Map<PoolGroup, Dedicated>();
  #stopped = false;

  constructor(options: DedicatedPoolsOptions) {
    this.#options = options;
  }

  get slots(): Slot<PoolChild>[] {
    return [...this.#groups.values()].map(({ slot }) => slot);
  }

  addresses(): PoolAddress[] {
    return [...this.#groups.values()].flatMap(({ group, slot: { readyChild } }) =>
      readyChild ? [{ id: readyChild.id, group, place: 0, socketPath: readyChild.socketPath }] : [],
    );
  }

  closed(): ClosedGroup[] {
    return [...this.#groups.values()].flatMap(({ group, closedUntilMs }) =>
      closedUntilMs === null ? [] : [{ group, untilMs: closedUntilMs }],
    );
  }

  groupOf(pool: PoolChild): PoolGroup | undefined {
    return [...this.#groups.values()].find(({ slot }) => slot.child === pool)?.group;
  }

  /** There are requests for a group. Without room for its process nothing happens: they wait, and it is asked again. */
  wanted(group: PoolGroup): void {
    const known = this.#groups.get(group);
    if (known) known.wantedAtMs = this.#options.clock.now();
    else if (this.#stopped) return;
    else if (this.#groups.size < this.#options.max || this.#makeRoom()) this.#open(group);
  }

  /**
   * Gives a process's place to another, for what its functions did: later and later when that goes on.
   * False when it has none here.
   */
  replace(pool: PoolChild): boolean {
    const entry = [...this.#groups.values()].find(({ slot }) => slot.child === pool);
    if (!entry) return false;
    entry.slot.vacate(this.#penaltyMs(entry, this.#options.clock.now() - entry.bornAtMs));
    return true;
  }

  /** How long a group goes without a process after one that its own functions ended. */
  #penaltyMs(entry: Dedicated, readyMs: number): number {
    const delayMs = entry.penalties.next(readyMs);
    if (delayMs > 0) entry.closedUntilMs = this.#options.clock.epochMs() + delayMs;
    return delayMs;
  }

  /** Opens and closes no more groups. */
  stop(): void {
    this.#stopped = true;
    for (const { cancelIdle } of this.#groups.values()) cancelIdle();
  }

  #open(group: PoolGroup): void {
    const { timers, clock, bear, onChange, onDeath } = this.#options;
    const usual = new BackOff();
    const entry: Dedicated = {
      group,
      penalties: new BackOff(guiltyTimes),
      bornAtMs: clock.now(),
      wantedAtMs: clock.now(),
      closedUntilMs: null,
      cancelIdle: () => undefined,
      slot: new Slot<PoolChild>({
        timers,
        bear: () => {
          const wasClosed = entry.closedUntilMs !== null;
          entry.closedUntilMs = null;
          entry.bornAtMs = clock.now();
          if (wasClosed) onChange();
          return bear(group);
        },
        delayAfter: (pool, death) => {
          if (pool.verdict.guilty.length === 0) return usual.next(death.readyMs);
          return this.#penaltyMs(entry, death.readyMs);
        },
        onReady: onChange,
        onDeath,
      }),
    };
    this.#groups.set(group, entry);
    this.#watchIdle(entry, this.#options.idleMs);
    entry.slot.fill();
    // The spare may be ready already.
    onChange();
  }

  #watchIdle(entry: Dedicated, afterMs: number): void {
    const { timers, clock, idleMs } = this.#options;
    entry.cancelIdle = timers.after(afterMs, () => {
      const leftMs = entry.wantedAtMs + idleMs - clock.now();
      // One that is closed is kept, so that it is not forgotten how often it died.
      if (leftMs <= 0 && entry.closedUntilMs === null) this.#close(entry);
      else this.#watchIdle(entry, leftMs > 0 ? leftMs : idleMs);
    });
  }

  #makeRoom(): boolean {
    const [idlest] = [...this.#groups.values()].sort((a, b) => a.wantedAtMs - b.wantedAtMs);
    if (!idlest || this.#options.clock.now() - idlest.wantedAtMs < busyMs) return false;
    this.#close(idlest);
    return true;
  }

  #close(entry: Dedicated): void {
    entry.cancelIdle();
    this.#groups.delete(entry.group);
    const pool = entry.slot.release();
    this.#options.onChange();
    if (pool) this.#options.onLeave(pool);
  }
}
