import type { Bundle, LiveFunction, PoolGroup } from "./deployment.ts";
import type { ErrorCode, SourcePlace } from "./errors.ts";
import type { Limits } from "./limits.ts";
import type { FrontPlacement, PoolPlacement } from "./placement.ts";
import type { PrewarmOutcome } from "./prewarm.ts";
import type { BreachKind, ProcessOffence } from "./trust.ts";

/**
 * What the supervisor and its children say to each other over Node's IPC channel (`advanced`
 * serialisation, so bytes travel as bytes). Requests do not go this way: fronts and pools have
 * sockets of their own for those.
 *
 * A child gets `start` first and once. The channel keeps the order, and the supervisor does not
 * wait for `ready`: `publish`, `pools`, `beat`, `metrics` and `drain` may come while a child is
 * still starting, and all of them count.
 *
 * `seq` ties an answer to its question; one counter a child serves all kinds but `beat`.
 */

/** A pool process that fronts may send requests to. */
export interface PoolAddress {
  /** Unique for each birth: a replacement has another one. */
  readonly id: string;
  readonly group: PoolGroup;
  /**
   * The place in its group that this process fills, from 0. A replacement has its predecessor's, so that a
   * hash ring over places moves no other function when a process dies.
   */
  readonly place: number;
  readonly socketPath: string;
}

/** A group whose process died too often: until then it has none, and its requests are refused. */
export interface ClosedGroup {
  readonly group: PoolGroup;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** What fronts did with the requests that one limit is about; the counts only grow, from the birth of who counts. */
export interface Demand {
  /** `function:` or `tenant:` and its name. */
  readonly key: string;
  readonly inFlight: number;
  readonly admitted: number;
  readonly asked: number;
}

/** All pool processes that there are for requests. */
export interface PoolList {
  readonly pools: readonly PoolAddress[];
  readonly closed: readonly ClosedGroup[];
}

/** What a pool process's death means for those that had requests there. */
export interface Verdict {
  /** Isolate keys; several when they ran on threads at the same time, so that nobody knows which it was. */
  readonly guilty: readonly string[];
  readonly how: ProcessOffence | null;
  /** The version that was entered last; null when others may have run since, on threads, or nobody knows. */
  readonly entered: string | null;
}

/** How a container came to its end, or why there was none. */
export type InstanceEnd =
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "exited"; readonly exitCode: number; readonly outOfMemory: boolean };

/** A limit of isolates that may be too tight for an honest function. */
export type TightLimit = "cpu" | "memory";

/**
 * What came of a request that such a limit has ended: a container has `answered` it, or has `failed` too; it was
 * `not_repeated`, because that might do harm; or there was no container (`unavailable`).
 */
export type SecondRunOutcome = "answered" | "failed" | "not_repeated" | "unavailable";

export type ToFront =
  | {
      readonly type: "start";
      readonly settings: FrontSettings;
      readonly functions: readonly LiveFunction[];
      readonly list: PoolList;
    }
  /** Replaces or removes one function; answered by `published` once every new request sees it. */
  | {
      readonly type: "publish";
      readonly seq: number;
      readonly set: LiveFunction | null;
      readonly remove: string | null;
    }
  /** The whole list, whenever it has changed. Not answered. */
  | { readonly type: "pools"; readonly list: PoolList }
  /** An instance that this front asked for has been thawed. Not answered. */
  | { readonly type: "instanceThawed"; readonly id: string }
  /** It has to wait until others are gone, which may be never. Not answered. */
  | { readonly type: "instanceParked"; readonly id: string }
  /** Somebody else needs its room: end it if it is idle, or, with `busy`, when what it has is over. Not answered. */
  | { readonly type: "instanceYield"; readonly id: string; readonly busy: boolean }
  /** The engine answers, for want of which a start has failed. Not answered. */
  | { readonly type: "instanceEngineBack" }
  /** It is gone, or never came. Not answered. */
  | { readonly type: "instanceOver"; readonly id: string; readonly end: InstanceEnd }
  /**
   * What the other fronts together did, of limits that this front has told of; and how many fronts there are. Not answered.
   */
  | { readonly type: "others"; readonly fronts: number; readonly demands: readonly Demand[] }
  /** A pool process is dead, and why; before the list without it. Not answered. */
  | { readonly type: "poolDied"; readonly id: string; readonly verdict: Verdict }
  | { readonly type: "beat"; readonly seq: number }
  | { readonly type: "metrics"; readonly seq: number }
  /** Has a version loaded in its home before it is live or asked for; answered by `prewarmed`. */
  | { readonly type: "prewarm"; readonly seq: number; readonly fn: LiveFunction; readonly spareOnly: boolean }
  /** How many requests versions had since this was asked last; answered by `uses`. */
  | { readonly type: "uses"; readonly seq: number }
  /** What is known here of where the live version of a function runs; answered by `placement`. */
  | { readonly type: "placement"; readonly seq: number; readonly name: string }
  /** It has lost its place, and others its port: end what is in flight, and connections that are idle; then say `drained`. */
  | { readonly type: "leave"; readonly idleMs: number }
  /** Refuse new requests, end those in flight, exit with 0. */
  | { readonly type: "drain" };

export type FromFront =
  | { readonly type: "ready"; readonly port: number }
  | { readonly type: "published"; readonly seq: number }
  | InstanceRequest
  /** There are requests for a group that has no process yet, or there still are some for one that has. Not answered. */
  | { readonly type: "wanted"; readonly group: PoolGroup }
  /** An isolate's limit has ended a request of a version that may move to containers. Not answered. */
  | { readonly type: "overLimit"; readonly key: string; readonly limit: TightLimit; readonly then: SecondRunOutcome }
  /** With isolation none: this process cannot go on for long, and is to be replaced. Not answered. */
  | { readonly type: "retire"; readonly reason: string }
  /** It has left, or drained where exit() may hang, as with isolation none: it has nothing to do and waits for its end. */
  | { readonly type: "drained" }
  /** What this front did, where that has changed; only while there are others. Not answered. */
  | { readonly type: "demand"; readonly demands: readonly Demand[] }
  /** A pool process sent what is no frame: it is in other hands and must go. Not answered. */
  | { readonly type: "forged"; readonly pool: string; readonly message: string }
  | { readonly type: "beat"; readonly seq: number }
  | { readonly type: "metrics"; readonly seq: number; readonly metrics: readonly object[] }
  | { readonly type: "prewarmed"; readonly seq: number; readonly outcome: PrewarmOutcome }
  /** By isolate key. */
  | { readonly type: "uses"; readonly seq: number; readonly uses: readonly (readonly [string, number])[] }
  /** Null: the function is not live here. */
  | { readonly type: "placement"; readonly seq: number; readonly placement: FrontPlacement | null };

/**
 * What a front asks about the containers that it has for itself, by ids that it chooses. It listens in
 * `directory` already, and the instance connects there.
 */
export type InstanceRequest =
  | { readonly type: "instanceWanted"; readonly id: string; readonly directory: string; readonly fn: LiveFunction }
  | { readonly type: "instancePause"; readonly id: string }
  | { readonly type: "instanceThaw"; readonly id: string }
  | { readonly type: "instanceEnd"; readonly id: string };

export type ToPool =
  | { readonly type: "start"; readonly settings: PoolSettings }
  /** It is for versions in quarantine from now on. */
  | { readonly type: "doubt" }
  /** Evaluates a bundle in a throw-away isolate; answered by `checked`. One at a time. */
  | { readonly type: "check"; readonly seq: number; readonly bundle: Bundle }
  | { readonly type: "beat"; readonly seq: number }
  | { readonly type: "metrics"; readonly seq: number }
  /** What there is of a version; answered by `placement`. */
  | { readonly type: "placement"; readonly seq: number; readonly key: string }
  /** Its place has been given to another: answered by `left` when the last front has closed its connection. */
  | { readonly type: "leave"; readonly seq: number }
  /** No front is left: dispose the isolates, then say `drained`. */
  | { readonly type: "drain" };

export type FromPool =
  | { readonly type: "ready" }
  | { readonly type: "checked"; readonly seq: number; readonly problem: CheckProblem | null }
  | { readonly type: "left"; readonly seq: number }
  /** A version did `count` times since the last such message what is held against it. Not answered. */
  | { readonly type: "breach"; readonly key: string; readonly kind: BreachKind; readonly count: number }
  /** This process cannot go on for long: replace it at once, and end it when its requests are over. Not answered. */
  | { readonly type: "retire"; readonly reason: string }
  /** Its isolates are gone and its log is written: it waits for its end, since isolated-vm can hang or crash in exit(). */
  | { readonly type: "drained" }
  | { readonly type: "beat"; readonly seq: number }
  | { readonly type: "metrics"; readonly seq: number; readonly metrics: readonly object[] }
  | { readonly type: "placement"; readonly seq: number; readonly placement: PoolPlacement };

/** What is wrong with a bundle that was evaluated in a throw-away isolate. */
export interface CheckProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: SourcePlace;
}

export interface FrontSettings {
  readonly id: string;
  readonly host: string;
  /** 0 lets the system choose; the answer is in `ready`. */
  readonly port: number;
  /** Share the port with the other fronts (SO_REUSEPORT). */
  readonly sharePort: boolean;
  /** Where the store keeps bundles. */
  readonly dataDir: string;
  readonly logLevel: string;
  /** Requests, over all fronts, that may be in flight in one pool process before others go elsewhere. */
  readonly poolConcurrency: number;
  /** Of all functions of one tenant together; see `Limits`. */
  readonly tenantLimits: Pick<Limits, "requestsInFlight" | "requestsPerSecond" | "requestBurst">;
  /** How many fronts there are, this one among them. */
  readonly fronts: number;
  /** Requests that may wait for a pool process. */
  readonly queueLength: number;
  /** How long a request may wait for a pool process. */
  readonly queueMs: number;
  /** Of the control API, which functions do not reach. */
  readonly controlPort: number;
  /** The operator's rules on what functions reach, in the form of `core/egress-rules.ts`. */
  readonly egress: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** How many functions a request may have come through. */
  readonly maxHops: number;
  /** How long a request that an isolate's limit has ended may take once more in a container. */
  readonly fallbackMs: number;
  readonly containers: ContainerSettings;
  /** With isolation none: the pool is in the front itself. */
  readonly isolates: IsolateSettings | null;
}

/** What a front is told of containers. */
export interface ContainerSettings {
  /** Where it makes directories for the sockets that instances connect to. */
  readonly directory: string;
  /** Requests that an instance takes at a time. */
  readonly concurrency: number;
  /** Instances of one version at most, over all fronts. */
  readonly instances: number;
  /** How long an instance is idle until it is paused, and until it is removed. */
  readonly pauseMs: number;
  readonly idleMs: number;
}

export interface PoolSettings extends IsolateSettings {
  readonly id: string;
  readonly socketPath: string;
  readonly logLevel: string;
}

/** The runtime API as scripts. */
export interface RuntimeSource {
  /** Its value is the boot function. */
  readonly core: string;
  /** By the names that the core asks for them: each is a function, see runtime-api/parts.ts. */
  readonly parts: Readonly<Record<string, string>>;
  /** Modules of Node's, by their names without "node:". */
  readonly node: Readonly<Record<string, string>>;
}

/** What a process that holds isolates is told of them. */
export interface IsolateSettings {
  readonly runtimeSource: RuntimeSource;
  /** Memory for warm isolates in this process, in MiB. */
  readonly warmMemoryMb: number;
  /** Isolates kept ready with the runtime loaded and no tenant yet. */
  readonly preparedIsolates: number;
  /** Memory limit of those, in MiB: the one that functions have unless they say otherwise. */
  readonly preparedMemoryMb: number;
}
