import type { Clock } from "../core/clock.ts";
import type { Bundle, LiveFunction, PoolGroup, Program, Scaling } from "../core/deployment.ts";
import type { Limits } from "../core/limits.ts";
import type { CheckProblem } from "../core/messages.ts";
import type { PlacementReport } from "../core/placement.ts";
import type { Standing } from "../core/trust.ts";
import type { Store } from "../store/store.ts";
import type { Parse } from "./async-context/carrier.ts";

export type Change = { readonly set: LiveFunction } | { readonly remove: string };

/** The part of pino that the control plane uses. */
export interface ControlLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Health {
  /** Whether requests to functions are answered now. */
  readonly ready: boolean;
  /** One line for the operator: what is up, or what is missing. */
  readonly summary: string;
}

/** Who shares a process with whom, and how the processes that run functions are held. */
export interface Isolation {
  readonly isolation: "shared" | "strict" | "none";
  readonly confinement: "auto" | "require" | "off";
  /** Of the processes that run functions. */
  readonly measures: readonly IsolationMeasure[];
  /** Of those that rewrite what is uploaded. */
  readonly parsers: readonly IsolationMeasure[];
}

interface IsolationMeasure {
  readonly name: string;
  readonly inForce: boolean;
  readonly why: string | null;
}

/** What the control plane needs from the rest of the server. */
export interface ControlDeps {
  readonly store: Store;
  /** Evaluates a compiled bundle in a throw-away isolate, or loads it in a container. Null: nothing is wrong with it. */
  check(bundle: Bundle, fn: LiveFunction, onBuildLine: (line: string) => void): Promise<CheckProblem | null>;
  /** Rewrites modules in a process for that alone; see async-context/. */
  readonly parse: Parse;
  /** After the check of a version has led to a deploy or not. */
  settled(fn: LiveFunction): void;
  /** When a function has gone from the store. */
  removed(): void;
  /** A program with the image that its name means now. @throws IsletError image_not_found, containers_unavailable. */
  pinned(program: Program): Promise<Program>;
  /** Resolves once every front serves the change. */
  publish(change: Change): Promise<void>;
  urlsOf(fn: LiveFunction): string[];
  /** Where the live version of a function stands, and where it runs. */
  trustOf(fn: LiveFunction): Standing & { readonly group: PoolGroup };
  /** Where a function runs now and why, as far as is known within a moment. */
  placementOf(fn: LiveFunction): Promise<PlacementReport & { readonly group: PoolGroup }>;
  readonly token: string;
  readonly limits: {
    readonly default: Limits;
    readonly max: Limits;
    /** `memoryMb` in containers. */
    readonly containerMemory: { readonly default: number; readonly max: number };
    readonly scaling: Required<Scaling>;
  };
  /** Bytes of one upload. */
  readonly uploadBytes: number;
  readonly logger: ControlLogger;
  readonly clock: Clock;
  health(): Health;
  isolation(): Isolation;
  /** In Prometheus's text format. */
  metrics(): Promise<string>;
}
