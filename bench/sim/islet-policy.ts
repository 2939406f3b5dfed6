import { hashOf } from "../../src/scheduler/hash-ring.ts";
import type { PlacedVersion } from "../../src/scheduler/placed-version.ts";
import { Placer } from "../../src/scheduler/placer.ts";
import { isolatePriors, type PlacerTuning, poolTuning } from "../../src/scheduler/placer-tuning.ts";
import { TypicalCosts } from "../../src/scheduler/version-costs.ts";
import { byWorth } from "./eviction.ts";
import type { Front, SimSpot } from "./front.ts";
import type { Instance } from "./node.ts";
import type { Answer, Cluster, NamedPolicy, Policy } from "./policy.ts";

/** The scheduler that ships, with the settings that it has in the server. */
export class IsletPolicy implements Policy {
  readonly #placer: Placer<SimSpot>;
  readonly #front: Front;
  readonly #homes: (SimSpot | undefined)[] = [];
  readonly #versions: (PlacedVersion<SimSpot> | undefined)[];

  constructor({ front, functions }: Cluster, tuning: PlacerTuning = poolTuning) {
    this.#front = front;
    const costs = new TypicalCosts(isolatePriors);
    this.#placer = new Placer({ spots: front.spots, tuning, costs, totalBusy: () => front.busy });
    this.#versions = new Array<undefined>(functions);
  }

  choose(fn: number, nowMs: number): SimSpot {
    return this.#placer.choose(this.#version(fn), nowMs) as SimSpot;
  }

  home(fn: number): SimSpot | undefined {
    this.#homes[fn] ??= this.#placer.homeOf(hashOf(`function-${fn}`));
    return this.#homes[fn];
  }

  answered({ fn, spot, x, atMs, thereMs, startMs }: Answer, nowMs: number): void {
    this.#placer.learn(this.#version(fn), spot, { x, atMs }, nowMs, { thereMs, startMs });
  }

  loaded({ fn, node, readyAtMs }: Instance): void {
    this.#version(fn).nowWarm(this.#front.spots[node.place] as SimSpot, readyAtMs);
  }

  evicted({ fn, node }: Instance): void {
    this.#version(fn).nowCold(this.#front.spots[node.place] as SimSpot);
  }

  #version(fn: number): PlacedVersion<SimSpot> {
    const known = this.#versions[fn];
    if (known) return known;
    const version = this.#placer.version(hashOf(`function-${fn}`));
    this.#versions[fn] = version;
    return version;
  }
}

export const islet: NamedPolicy = {
  name: "Islet",
  make: (cluster) => new IsletPolicy(cluster),
  eviction: byWorth,
};
