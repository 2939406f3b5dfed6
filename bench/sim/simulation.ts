import { Arrivals } from "./arrivals.ts";
import { Completions } from "./completions.ts";
import { Front, type SimSpot } from "./front.ts";
import { Latencies } from "./latencies.ts";
import type { Measured } from "./measured.ts";
import { type Instance, SimNode } from "./node.ts";
import type { NamedPolicy, Policy } from "./policy.ts";
import { Random } from "./random.ts";
import type { Scale, Workload } from "./workload.ts";

/** What of the requests is to fill caches and lines, and is not counted. */
const warmUp = 0.2;

export interface Outcome {
  readonly policy: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What of the latency is not the function's own time: waiting for a core, and cold starts. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  readonly addedMeanMs: number;
  readonly coldRatio: number;
  /** Mean memory of instances over the time counted. */
  readonly heldMb: number;
  /** Requests that ran elsewhere than in their function's home; null where there are no homes. */
  readonly hopRatio: number | null;
}

interface Running {
  fn: number;
  front: Front;
  policy: Policy;
  spot: SimSpot;
  instance: Instance;
  atMs: number;
  x: number;
  thereMs: number;
  startMs: number;
}

/** One policy under one workload, from an empty cluster on. The same every time for the same seed. */
export class Simulation {
  readonly #workload: Workload;
  readonly #nodes: readonly SimNode[];
  readonly #fronts: readonly Front[];
  readonly #policies: readonly Policy[];
  readonly #name: string;
  readonly #requests: number;
  readonly #arrivals: Arrivals;
  readonly #random: Random;
  readonly #cold: { mu: number; sigma: number };
  readonly #completions = new Completions();
  readonly #running: Running[] = [];
  readonly #freeSlots: number[] = [];

  constructor(workload: Workload, scale: Scale, measured: Measured, policy: NamedPolicy, seed: number, fronts = 1) {
    this.#workload = workload;
    this.#requests = scale.requests;
    this.#name = policy.name;
    const footprint = workload.mb.reduce((sum, mb) => sum + mb, 0);
    const capacityMb = (scale.memoryShare * footprint) / scale.nodes;
    const evicted = (instance: Instance) => {
      for (const policy of this.#policies) policy.evicted?.(instance);
    };
    this.#nodes = Array.from(
      { length: scale.nodes },
      (_, i) => new SimNode(i, scale.cores, capacityMb, policy.eviction.make(), evicted),
    );
    // The arrivals are the same for all policies.
    this.#arrivals = new Arrivals(workload, scale.requests, new Random(seed));
    this.#random = new Random(seed + 1);
    // Log-normal through the measured median and 99th percentile.
    this.#cold = { mu: Math.log(measured.coldP50Ms), sigma: Math.log(measured.coldP99Ms / measured.coldP50Ms) / 2.326 };
    const count = policy.central ? 1 : fronts;
    this.#fronts = Array.from({ length: count }, () => new Front(this.#nodes));
    this.#policies = this.#fronts.map((front, i) =>
      policy.make({
        front,
        functions: scale.functions,
        random: new Random(seed + 2 + i),
        fronts: count,
      }),
    );
  }

  run(): Outcome {
    const [latencies, added] = [new Latencies(), new Latencies()];
    const from = Math.floor(this.#requests * warmUp);
    const arrivals = this.#arrivals;
    let [cold, hops, heldMb, addedMs] = [0, 0, 0, 0];
    let hasHomes = false;
    for (let i = 0; i < this.#requests; i++) {
      arrivals.next();
      const { atMs, fn } = arrivals;
      while (this.#completions.nextMs <= atMs) this.#complete(this.#completions.nextMs, this.#completions.take());
      const at = this.#random.below(this.#fronts.length);
      const policy = this.#policies[at] as Policy;
      const spot = policy.choose(fn, atMs);
      const [endMs, wasCold] = this.#send(this.#fronts[at] as Front, policy, spot);
      if (i < from) continue;
      const took = endMs - atMs;
      const more = took - arrivals.cpuMs - arrivals.waitMs;
      latencies.add(took);
      added.add(more);
      addedMs += more;
      if (wasCold) cold++;
      const home = policy.home?.(fn);
      if (home) hasHomes = true;
      if (home && home !== spot) hops++;
      // A node's memory at each request to any is a fair sample of it.
      heldMb += (this.#nodes[i % this.#nodes.length] as SimNode).usedMb;
    }
    const counted = this.#requests - from;
    return {
      policy: this.#name,
      p50Ms: latencies.quantile(0.5),
      p99Ms: latencies.quantile(0.99),
      addedP50Ms: added.quantile(0.5),
      addedP99Ms: added.quantile(0.99),
      addedMeanMs: addedMs / counted,
      coldRatio: cold / counted,
      heldMb: (heldMb / counted) * this.#nodes.length,
      hopRatio: hasHomes ? hops / counted : null,
    };
  }

  #send(front: Front, policy: Policy, spot: SimSpot): [endMs: number, cold: boolean] {
    const { fn, atMs, cpuMs, waitMs } = this.#arrivals;
    const { node } = spot;
    const x = spot.busy();
    let instance = node.use(fn, atMs);
    const cold = instance === undefined;
    const startMs = cold ? this.#random.logNormal(this.#cold.mu, this.#cold.sigma) : 0;
    // A start computes.
    if (!instance) {
      instance = node.start(fn, this.#workload.mb[fn] as number, atMs, startMs);
      for (const policy of this.#policies) policy.loaded?.(instance, atMs);
    }
    const computedMs = Math.max(node.compute(atMs, cpuMs), instance.readyAtMs + cpuMs);
    const endMs = computedMs + waitMs;
    const thereMs = startMs + cpuMs + waitMs;
    instance.busy++;
    node.inFlight++;
    front.sent(spot);
    spot.computes(computedMs);
    const slot = this.#freeSlots.pop() ?? this.#running.length;
    const known = this.#running[slot];
    if (known) {
      known.fn = fn;
      known.front = front;
      known.policy = policy;
      known.spot = spot;
      known.instance = instance;
      known.atMs = atMs;
      known.x = x;
      known.thereMs = thereMs;
      known.startMs = startMs;
    } else this.#running[slot] = { fn, front, policy, spot, instance, atMs, x, thereMs, startMs };
    this.#completions.add(endMs, slot);
    return [endMs, cold];
  }

  #complete(nowMs: number, slot: number): void {
    const running = this.#running[slot] as Running;
    const { front, policy, spot, instance } = running;
    this.#freeSlots.push(slot);
    instance.busy--;
    spot.node.inFlight--;
    front.answered(spot, nowMs);
    policy.answered?.(running, nowMs);
    if (instance.busy === 0) policy.idle?.(instance);
  }
}
