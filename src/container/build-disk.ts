import { setTimeout as delay } from "node:timers/promises";
import type { BuildLine } from "./build-log.ts";
import type { Engine } from "./engine.ts";

const everyMs = 500;
/** Of steps and containers; a build that names more than that in its log wants to hide some. */
const mostNamed = 1_000;

/**
 * What a build writes to the engine's disk, which the engine itself does not bound: what its steps have added to the
 * images before them, and what its command writes now. It is looked at twice a second.
 */
export class BuildDisk {
  readonly #engine: Engine;
  readonly #mostBytes: number;
  readonly #exceeded = new AbortController();
  readonly #steps = new Map<string, number | undefined>();
  readonly #containers = new Set<string>();

  constructor(engine: Engine, mostBytes: number) {
    this.#engine = engine;
    this.#mostBytes = mostBytes;
  }

  /** Aborted when it was too much. */
  get exceeded(): AbortSignal {
    return this.#exceeded.signal;
  }

  /** A command that is run can write such lines too: to no effect but that more is looked at. */
  heard({ layer, container }: BuildLine): void {
    if (layer !== null && !this.#steps.has(layer)) this.#steps.set(layer, undefined);
    if (container !== null) this.#containers.add(container);
    if (this.#steps.size + this.#containers.size > mostNamed) this.#exceeded.abort();
  }

  /** Looks again and again until the build is over. */
  async watch(over: AbortSignal): Promise<void> {
    while (!over.aborted && !this.exceeded.aborted) {
      await delay(everyMs);
      await this.look();
    }
  }

  async look(): Promise<void> {
    let bytes = 0;
    for (const step of [...this.#steps.keys()]) {
      const added = this.#steps.get(step) ?? (await this.#engine.addedBy(step));
      this.#steps.set(step, added);
      bytes += added;
    }
    for (const container of [...this.#containers]) {
      const written = await this.#engine.writtenBy(container);
      // A step that is over has its container removed.
      if (written === null) this.#containers.delete(container);
      bytes += written ?? 0;
    }
    if (bytes > this.#mostBytes) this.#exceeded.abort();
  }
}
