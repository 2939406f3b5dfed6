/**
 * What processes tell the supervisor of where a version runs and why, when somebody asks. Times are in milliseconds;
 * moments in epoch milliseconds.
 */

/** A straight line: what one request takes, over how many are in flight. */
export interface LineSeen {
  /** What each further one in flight adds. */
  readonly slopeMs: number;
  readonly interceptMs: number;
  /** How many requests it was learnt from. */
  readonly observations: number;
  /** How far from it a request usually is. */
  readonly residualMs: number;
}

/** What was seen of one request. */
export interface Observation {
  readonly cold: boolean;
  /** How many others were in flight where it was sent. */
  readonly inFlight: number;
  readonly tookMs: number;
}

export interface DecisionSeen {
  readonly kind: string;
  /** The place in its group, and the process that fills it now. */
  readonly place: number;
  readonly process: string | null;
  readonly expectedMs: number;
  readonly atMs: number;
}

/** Where a front takes a version to be warm. */
export interface WarmPlace {
  readonly place: number;
  readonly process: string;
  readonly state: "starting" | "warm";
  /** What one more request there would take. */
  readonly expectedMs: number;
  readonly idleMs: number;
}

export interface ContainerSeen {
  readonly id: string;
  readonly state: string;
  readonly inFlight: number;
}

export interface QueueSeen {
  /** Requests that wait for the version's group. */
  readonly waiting: number;
  /** How long one more would, by the lines. Null: nothing is known yet. */
  readonly expectedWaitMs: number | null;
}

/** One front's view of a version. */
export interface FrontPlacement {
  /** By the hash of its tenant. Null: it has no process, or containers. */
  readonly home: { readonly place: number; readonly process: string } | null;
  readonly warm: readonly WarmPlace[];
  readonly containers: readonly ContainerSeen[];
  /** With isolation none the front has the isolates itself. */
  readonly local: PoolPlacement | null;
  /** Null: the front has had no request for it. */
  readonly lines: { readonly balancing: LineSeen; readonly placement: LineSeen } | null;
  /** Of all versions in isolates together: what one that was never seen is taken to cost. Null: it runs in containers. */
  readonly typical: { readonly balancing: LineSeen; readonly placement: LineSeen } | null;
  readonly queue: QueueSeen;
  /** The last ones for a new instance, oldest first. */
  readonly decisions: readonly DecisionSeen[];
  /** What the lines were last learnt from, oldest first. */
  readonly observations: readonly Observation[];
}

/** A pool process's own word on a version. */
export interface PoolPlacement {
  /** Null: it is not loaded here. */
  readonly isolate: {
    readonly state: "starting" | "warm";
    readonly inFlight: number;
    readonly bytes: number;
  } | null;
  /** Requests in flight in the process, of all functions. */
  readonly inFlight: number;
}

/** An isolate or a container that has a version. */
export interface InstanceSeen {
  readonly kind: "isolate" | "container";
  /** The process that it is in, or the container's own id. */
  readonly process: string;
  /** Of its process in the group; containers have none. */
  readonly place: number | null;
  readonly state: string;
  readonly inFlight: number;
  /** Requests in flight in the process, of all functions. */
  readonly processInFlight: number;
  /** As measured last. Null: nobody knows. */
  readonly memoryBytes: number | null;
}

/** Where a version runs and why, from all who know something of it. */
export interface PlacementReport {
  readonly instances: readonly InstanceSeen[];
  readonly fronts: readonly (FrontPlacement & { readonly front: string })[];
  /** Processes that did not answer in time. */
  readonly missing: readonly string[];
}
