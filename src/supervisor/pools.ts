import type { Clock } from "../core/clock.ts";
import type { PoolGroup } from "../core/deployment.ts";
import type { PoolList } from "../core/messages.ts";
import { StartError } from "../core/start-error.ts";
import { BackOff } from "./back-off.ts";
import type { PoolChild } from "./child-kinds.ts";
import { type Death, describeDeath } from "./death.ts";
import { DedicatedPools } from "./dedicated-pools.ts";
import { killAll, Slot } from "./slot.ts";
import type { Timers } from "./timers.ts";

export interface PoolsOptions {
  /** Places in the shared group at the start. */
  readonly count: number;
  /** Groups that may have a process of their own, and how long one without requests keeps it. */
  readonly dedicated: { readonly max: number; readonly idleMs: number };
  /** How long the requests in a process that has lost its place may go on. */
  readonly leaveMs: number;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Forks a pool process and sends it `start`. */
  readonly bear: () => PoolChild;
  /** What fronts may send requests to, whenever that has changed. */
  readonly onChange: (list: PoolList) => void;
  readonly onDeath: (pool: PoolChild, death: Death) => void;
  /** A process becomes a tenant's own. */
  readonly onDedicated: (pool: PoolChild, group: PoolGroup) => void;
}

/**
 * Keeps the pool processes alive: those of the shared group, those that single tenants have, and one
 * more that serves nobody: the spare. It checks uploads, takes the place of a dead pool process and
 * becomes a tenant's own, so that none of these costs a start.
 */
export class Pools {
  readonly spare: Slot<PoolChild>;
  readonly #options: PoolsOptions;
  #shared: Slot<PoolChild>[];
  readonly #sharedSlot: () => Slot<PoolChild>;
  readonly #dedicated: DedicatedPools;
  /** Those that have lost their place and still run something. */
  readonly #leaving = new Set<PoolChild>();
  #announced = "";

  constructor(options: PoolsOptions) {
    this.#options = options;
    const { timers, clock } = options;
    const born = () => {
      const pool = options.bear();
      // Fronts that heard only of its death would go on connecting to it for a while.
      void pool.lost.then(() => this.#announce());
      return pool;
    };
    const bear = () => this.#promoted() ?? born();
    const onDeath = (pool: PoolChild, death: Death) => {
      // First the verdict: with the list a front gives up the process's requests.
      options.onDeath(pool, death);
      this.#announce();
    };
    this.spare = new Slot({ timers, bear: born, onDeath: options.onDeath });
    this.#sharedSlot = () => {
      const unexplained = new BackOff();
      return new Slot<PoolChild>({
        ...{ timers, bear, onDeath },
        onReady: () => this.#announce(),
        // Who ended it runs elsewhere from now on: the next one need not wait, and those who did nothing must not.
        delayAfter: ({ verdict }, death) => (verdict.guilty.length > 0 ? 0 : unexplained.next(death.readyMs)),
      });
    };
    this.#shared = Array.from({ length: options.count }, this.#sharedSlot);
    this.#dedicated = new DedicatedPools({
      ...{ ...options.dedicated, timers, clock, onDeath },
      bear: (group) => {
        const pool = bear();
        options.onDedicated(pool, group);
        return pool;
      },
      onChange: () => this.#announce(),
      onLeave: (pool) => void this.#leave(pool),
    });
  }

  /**
   * Starts all shared pool processes and the spare; resolves when all but the spare are ready.
   *
   * @throws StartError when one dies before it is ready.
   */
  async start(): Promise<void> {
    await Promise.all(this.#shared.map(startPool));
    this.spare.fill();
    // Then the spare is what proves that pool processes can be had.
    if (this.#shared.length === 0) await startPool(this.spare);
  }

  /** How many there are to be in the shared group. */
  get count(): number {
    return this.#shared.length;
  }

  /** Of the shared group. */
  get readyCount(): number {
    return this.#shared.filter((slot) => slot.readyChild).length;
  }

  get children(): PoolChild[] {
    return [...this.#slots.flatMap((slot) => slot.child ?? []), ...this.#leaving];
  }

  list(): PoolList {
    const shared = this.#shared.flatMap(({ readyChild }, place) =>
      readyChild ? [{ id: readyChild.id, group: "shared" as const, place, socketPath: readyChild.socketPath }] : [],
    );
    return { pools: [...shared, ...this.#dedicated.addresses()], closed: this.#dedicated.closed() };
  }

  /** The group in which a process serves; none for the spare and for one that is leaving. */
  groupOf(pool: PoolChild): PoolGroup | undefined {
    return this.#shared.some((slot) => slot.child === pool) ? "shared" : this.#dedicated.groupOf(pool);
  }

  /** Those of the shared group; null while a place is empty, or a process still leaves. */
  sharedSettled(): readonly PoolChild[] | null {
    const serving = this.#shared.flatMap(({ readyChild }) => readyChild ?? []);
    return serving.length < this.count || this.#leaving.size > 0 ? null : serving;
  }

  /** Those that serve. Null while a place is empty, the spare is not ready to fill one, or a process still leaves. */
  settled(): readonly PoolChild[] | null {
    const slots = [...this.#shared, ...this.#dedicated.slots];
    const serving = slots.flatMap(({ readyChild }) => readyChild ?? []);
    const spare = this.spare.readyChild;
    if (serving.length < slots.length || !spare || spare.checking || this.#leaving.size > 0) return null;
    return serving;
  }

  byId(id: string): PoolChild | undefined {
    return this.children.find((pool) => pool.id === id);
  }

  /** A front has requests for a group. */
  wanted(group: PoolGroup): void {
    if (group !== "shared") this.#dedicated.wanted(group);
  }

  /** Puts another process in a process's place at once, and ends it when its requests are over. */
  retire(pool: PoolChild): void {
    const slot = this.#shared.find(({ child }) => child === pool);
    if (slot) slot.take();
    else if (!this.#dedicated.replace(pool)) return;
    this.#announce();
    void this.#leave(pool);
  }

  /**
   * One place more in the shared group, which the spare fills; resolves when it takes requests. False if its process died
   * before: then there is none more.
   */
  async add(): Promise<boolean> {
    const slot = this.#sharedSlot();
    this.#shared.push(slot);
    slot.fill();
    if (await slot.child?.ready) return true;
    this.#shared = this.#shared.filter((other) => other !== slot);
    await killAll([slot]);
    this.#announce();
    return false;
  }

  /**
   * Takes the last place of the shared group away, so that only the functions move that are at home there; its process
   * ends what runs in it.
   */
  remove(): void {
    const pool = this.#shared.pop()?.release();
    this.#announce();
    if (pool) void this.#leave(pool);
  }

  /** Ends all pool processes; resolves when all are gone. */
  async drain(withinMs: number): Promise<void> {
    this.#dedicated.stop();
    const last = [...this.#slots.flatMap((slot) => slot.close() ?? []), ...this.#leaving];
    // One that is still starting has nothing to end.
    for (const pool of last) if (pool.state === "starting") pool.kill("stopped");
    await Promise.all(last.map((pool) => pool.drain(withinMs)));
  }

  /** Kills all pool processes; resolves when all are gone. */
  async kill(): Promise<void> {
    this.#dedicated.stop();
    const leaving = [...this.#leaving];
    for (const pool of leaving) pool.kill("stopped");
    await Promise.all([killAll(this.#slots), ...leaving.map((pool) => pool.dead)]);
  }

  get #slots(): Slot<PoolChild>[] {
    return [...this.#shared, ...this.#dedicated.slots, this.spare];
  }

  async #leave(pool: PoolChild): Promise<void> {
    this.#leaving.add(pool);
    void pool.dead.then((death) => {
      this.#leaving.delete(pool);
      this.#options.onDeath(pool, death);
    });
    if (pool.state === "ready") await pool.ask("left", (seq) => ({ type: "leave", seq }), this.#options.leaveMs);
    // Not by its own exit: isolated-vm can hang there.
    pool.kill("retired");
  }

  /** The spare, unless it is busy with a bundle that nobody has judged yet. */
  #promoted(): PoolChild | null {
    const { child } = this.spare;
    const fit = child && !child.checking && (child.state === "ready" || child.state === "starting");
    return fit ? this.spare.take() : null;
  }

  #announce(): void {
    const list = this.list();
    const announced = JSON.stringify(list);
    if (announced === this.#announced) return;
    this.#announced = announced;
    this.#options.onChange(list);
  }
}

async function startPool(slot: Slot<PoolChild>): Promise<void> {
  slot.fill();
  const { child } = slot;
  if (await child?.ready) return;
  const death = await child?.dead;
  throw new StartError(`a pool process did not start: it ${death ? describeDeath(death) : "was not born"}`);
}
