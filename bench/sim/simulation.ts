import { Arrivals } from "./arrivals.ts";
import { Completions } from "./completions.ts";
import { Latencies } from "./latencies.ts";
import { LeastBusy } from "./least-busy.ts";
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
  readonly coldRatio: number;
  /** Mean memory of instances over the time counted. */
  readonly heldMb: number;
  /** Requests that ran elsewhere than in their function's home; null where there are no homes. */
  readonly hopRatio: number | null;
}

interface Running {
  fn: number;
  instance: Instance;
  atMs: number;
  x: number;
  cold: boolean;
}

/** One policy under one workload, from an empty cluster on. The same every time for the same seed. */
export class Simulation {
  readonly #workload: Workload;
  readonly #nodes: readonly SimNode[];
  readonly #leastBusy: LeastBusy;
  readonly #policy: Policy;
  readonly #name: string;
  readonly #requests: number;
  readonly #arrivals: Arrivals;
  readonly #random: Random;
  readonly #cold: { mu: number; sigma: number };
  readonly #completions = new Completions();
  readonly #running: Running[] = [];
  readonly #freeSlots: number[] = [];
  #busy = 0;

  constructor(workload: Workload, scale: Scale, measured: Measured, policy: NamedPolicy, seed: number) {
    this.#workload = workload;
    this.#requests = scale.requests;
    this.#name = policy.name;
    const footprint = workload.functions.mb.reduce((sum, mb) => sum + mb, 0);
    const capacityMb = (scale.memoryShare * footprint) / scale.nodes;
    const evicted = (instance: Instance) => this.#policy.evicted?.(instance);
    this.#nodes = Array.from({ length: scale.nodes }, (_, i) => new SimNode(i, scale.cores, capacityMb, evicted));
    this.#leastBusy = new LeastBusy(scale.nodes);
    // The arrivals are the same for all policies.
    this.#arrivals = new Arrivals(workload, scale.requests, new Random(seed));
    this.#random = new Random(seed + 1);
    // Log-normal through the measured median and 99th percentile.
    this.#cold = { mu: Math.log(measured.coldP50Ms), sigma: Math.log(measured.coldP99Ms / measured.coldP50Ms) / 2.326 };
    this.#policy = policy.make({
      nodes: this.#nodes,
      functions: scale.functions,
      random: new Random(seed + 2),
      leastBusy: this.#leastBusy,
      busy: () => this.#busy,
      slots: scale.cores * 4,
    });
  }

  run(): Outcome {
    const [latencies, added] = [new Latencies(), new Latencies()];
    const { cpuMs, waitMs } = this.#workload.functions;
    const from = Math.floor(this.#requests * warmUp);
    let [cold, hops, heldMb] = [0, 0, 0];
    let hasHomes = false;
    for (let i = 0; i < this.#requests; i++) {
      this.#arrivals.next();
      const { atMs, fn } = this.#arrivals;
      while (this.#completions.nextMs <= atMs) this.#complete(this.#completions.nextMs, this.#completions.take());
      const node = this.#policy.choose(fn, atMs);
      const [endMs, wasCold] = this.#send(fn, node, atMs);
      if (i < from) continue;
      const took = endMs - atMs;
      latencies.add(took);
      added.add(took - (cpuMs[fn] as number) - (waitMs[fn] as number));
      if (wasCold) cold++;
      const home = this.#policy.home?.(fn);
      if (home) hasHomes = true;
      if (home && home !== node) hops++;
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
      coldRatio: cold / counted,
      heldMb: (heldMb / counted) * this.#nodes.length,
      hopRatio: hasHomes ? hops / counted : null,
    };
  }

  #send(fn: number, node: SimNode, atMs: number): [endMs: number, cold: boolean] {
    const { cpuMs, waitMs, mb } = this.#workload.functions;
    const x = node.inFlight;
    let instance = node.instance(fn);
    const cold = instance === undefined;
    if (instance) node.touch(instance);
    else {
      const startMs = this.#random.logNormal(this.#cold.mu, this.#cold.sigma);
      // A start computes.
      instance = node.start(fn, mb[fn] as number, node.compute(atMs, startMs));
    }
    const computedMs = node.compute(atMs, cpuMs[fn] as number);
    const endMs = Math.max(computedMs, instance.readyAtMs + (cpuMs[fn] as number)) + (waitMs[fn] as number);
    instance.busy++;
    this.#moved(node, 1);
    const slot = this.#freeSlots.pop() ?? this.#running.length;
    const known = this.#running[slot];
    if (known) Object.assign(known, { fn, instance, atMs, x, cold });
    else this.#running[slot] = { fn, instance, atMs, x, cold };
    this.#completions.add(endMs, slot);
    return [endMs, cold];
  }

  #complete(nowMs: number, slot: number): void {
    const { fn, instance, atMs, x, cold } = this.#running[slot] as Running;
    this.#freeSlots.push(slot);
    instance.busy--;
    this.#moved(instance.node, -1);
    this.#policy.answered?.(fn, instance.node, { x, atMs }, nowMs, cold);
    if (instance.busy === 0) this.#policy.idle?.(instance);
  }

  #moved(node: SimNode, by: 1 | -1): void {
    node.inFlight += by;
    this.#busy += by;
    this.#leastBusy.set(node.place, node.inFlight);
  }
}
