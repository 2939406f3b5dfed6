import type { Sent } from "../../src/scheduler/placer.ts";
import type { LeastBusy } from "./least-busy.ts";
import type { Instance, SimNode } from "./node.ts";
import type { Random } from "./random.ts";

/** What a policy may know of the cluster. */
export interface Cluster {
  readonly nodes: readonly SimNode[];
  readonly functions: number;
  readonly random: Random;
  readonly leastBusy: LeastBusy;
  /** Requests in flight in all nodes. */
  readonly busy: () => number;
  /** Requests that a node has at a time before it counts as full where a policy has such a thing. */
  readonly slots: number;
}

export interface Policy {
  choose(fn: number, nowMs: number): SimNode;
  /** The home of a function, if there is such a thing. */
  home?(fn: number): SimNode | undefined;
  /** An answer has come. */
  answered?(fn: number, node: SimNode, sent: Sent, nowMs: number, cold: boolean): void;
  idle?(instance: Instance): void;
  evicted?(instance: Instance): void;
}

export interface NamedPolicy {
  readonly name: string;
  readonly make: (cluster: Cluster) => Policy;
}
