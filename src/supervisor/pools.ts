import type { PoolAddress } from "../core/messages.ts";
import { StartError } from "../core/start-error.ts";
import type { PoolChild } from "./child-kinds.ts";
import { type Death, describeDeath } from "./death.ts";
import { killAll, Slot } from "./slot.ts";
import type { Timers } from "./timers.ts";

export interface PoolsOptions {
  readonly count: number;
  readonly timers: Timers;
  /** Forks a pool process and sends it `start`. */
  readonly bear: () => PoolChild;
  /** The addresses that fronts may send requests to, whenever they have changed. */
  readonly onChange: (pools: readonly PoolAddress[]) => void;
  readonly onDeath: (pool: PoolChild, death: Death) => void;
}

/**
 * Keeps the pool processes alive, and one more that serves nobody: the spare. It checks uploads and
 * takes the place of a dead pool process, so that a replacement costs no start.
 */
export class Pools {
  readonly spare: Slot<PoolChild>;
  readonly #options: PoolsOptions;
  readonly #slots: Slot<PoolChild>[];
  #announced = "";

  constructor(options: PoolsOptions) {
    this.#options = options;
    const bear = () => {
      const pool = options.bear();
      // Fronts that heard only of its death would go on connecting to it for a while.
      void pool.lost.then(() => this.#announce());
      return pool;
    };
    this.spare = new Slot({ timers: options.timers, bear, onDeath: options.onDeath });
    this.#slots = Array.from(
      { length: options.count },
      () =>
        new Slot<PoolChild>({
          timers: options.timers,
          bear: () => this.#promoted() ?? bear(),
          onReady: () => this.#announce(),
          onDeath: (pool, death) => {
            this.#announce();
            options.onDeath(pool, death);
          },
        }),
    );
  }

  /**
   * Starts all pool processes and the spare; resolves when all but the spare are ready.
   *
   * @throws StartError when one dies before it is ready.
   */
  async start(): Promise<void> {
    await Promise.all(this.#slots.map(startPool));
    this.spare.fill();
  }

  get readyCount(): number {
    return this.addresses().length;
  }

  get children(): PoolChild[] {
    return [...this.#slots, this.spare].flatMap((slot) => slot.child ?? []);
  }

  addresses(): PoolAddress[] {
    return this.#slots.flatMap(({ readyChild }, place) =>
      readyChild ? [{ id: readyChild.id, group: "shared", place, socketPath: readyChild.socketPath }] : [],
    );
  }

  /** Ends all pool processes; resolves when all are gone. */
  async drain(withinMs: number): Promise<void> {
    const last = [...this.#slots, this.spare].flatMap((slot) => slot.close() ?? []);
    // One that is still starting has nothing to end.
    for (const pool of last) if (pool.state === "starting") pool.kill("stopped");
    await Promise.all(last.map((pool) => pool.drain(withinMs)));
  }

  /** Kills all pool processes; resolves when all are gone. */
  async kill(): Promise<void> {
    await killAll([...this.#slots, this.spare]);
  }

  /** The spare, unless it is busy with a bundle that nobody has judged yet. */
  #promoted(): PoolChild | null {
    const { child } = this.spare;
    const fit = child && !child.checking && (child.state === "ready" || child.state === "starting");
    return fit ? this.spare.take() : null;
  }

  #announce(): void {
    const pools = this.addresses();
    const announced = pools.map((pool) => pool.id).join();
    if (announced === this.#announced) return;
    this.#announced = announced;
    this.#options.onChange(pools);
  }
}

async function startPool(slot: Slot<PoolChild>): Promise<void> {
  slot.fill();
  const { child } = slot;
  if (await child?.ready) return;
  const death = await child?.dead;
  throw new StartError(`a pool process did not start: it ${death ? describeDeath(death) : "was not born"}`);
}
