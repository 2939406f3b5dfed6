import { hashOf } from "../../src/scheduler/hash-ring.ts";
import type { PlacedVersion } from "../../src/scheduler/placed-version.ts";
import { Placer, type Sent } from "../../src/scheduler/placer.ts";
import { isolatePriors, type PlacerTuning, poolTuning } from "../../src/scheduler/placer-tuning.ts";
import { TypicalCosts } from "../../src/scheduler/version-costs.ts";
import type { SimNode } from "./node.ts";
import type { Cluster, Policy } from "./policy.ts";

/** The scheduler that ships, with the settings that it has in the server. */
export class IsletPolicy implements Policy {
  readonly #placer: Placer<SimNode>;
  readonly #versions: PlacedVersion<SimNode>[] = [];

  constructor({ nodes, busy }: Cluster, tuning: PlacerTuning = poolTuning) {
    const costs = new TypicalCosts(isolatePriors);
    this.#placer = new Placer({ spots: nodes, tuning, costs, totalBusy: busy });
  }

  choose(fn: number, nowMs: number): SimNode {
    return this.#placer.choose(this.#version(fn), nowMs) as SimNode;
  }

  home(fn: number): SimNode | undefined {
    return this.#version(fn).warm[0]?.spot;
  }

  answered(fn: number, node: SimNode, sent: Sent, nowMs: number, cold: boolean): void {
    this.#placer.learn(this.#version(fn), node, sent, nowMs, cold);
  }

  #version(fn: number): PlacedVersion<SimNode> {
    this.#versions[fn] ??= this.#placer.version(hashOf(`function-${fn}`));
    return this.#versions[fn];
  }
}
