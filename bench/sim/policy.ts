import type { NamedEviction } from "./eviction.ts";
import type { Front, SimSpot } from "./front.ts";
import type { Instance } from "./node.ts";
import type { Random } from "./random.ts";

/** What a policy may know of the cluster: what one front does, or, where it says so, all. */
export interface Cluster {
  readonly front: Front;
  readonly functions: number;
  readonly random: Random;
  /** How many there are that know as much. */
  readonly fronts: number;
}

/** What is known of a request when its answer comes. */
export interface Answer {
  readonly fn: number;
  readonly spot: SimSpot;
  /** As the policy's own measure was when the request was sent. */
  readonly x: number;
  readonly atMs: number;
  /** From its turn on a core. */
  readonly thereMs: number;
  /** Of a cold start alone. */
  readonly startMs: number;
}

export interface Policy {
  choose(fn: number, nowMs: number): SimSpot;
  /** The home of a function, if there is such a thing. */
  home?(fn: number): SimSpot | undefined;
  answered?(answer: Answer, nowMs: number): void;
  idle?(instance: Instance): void;
  /** A node has loaded it, for whichever front, or dropped it. */
  loaded?(instance: Instance, nowMs: number): void;
  evicted?(instance: Instance): void;
}

export interface NamedPolicy {
  readonly name: string;
  readonly make: (cluster: Cluster) => Policy;
  /** One for all fronts, that knows of all requests. */
  readonly central?: boolean;
  readonly eviction: NamedEviction;
}
