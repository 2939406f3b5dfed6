import type { AskedTier, FunctionTier, LiveFunction } from "../core/deployment.ts";
import type { HeatRecord } from "../core/heat.ts";
import type { Limits, TenantTerms } from "../core/limits.ts";
import type { TrustRecord } from "../core/trust.ts";

/** Why a version runs where it does. */
export interface Placement {
  readonly asked: AskedTier;
  /** What came of that at the upload. */
  readonly decided: FunctionTier;
  readonly now: FunctionTier;
  readonly sinceMs: number;
  /** The evidence. Null: it is what was asked for, or nothing spoke against it. */
  readonly why: string | null;
}

/** A function with what is live of it. */
export interface StoredFunction {
  readonly fn: LiveFunction;
  readonly placement: Placement;
  /** Names the deployment that is live; each deploy and only a deploy makes a new one. */
  readonly deploymentId: number;
  /** Of the live version's modules, as uploaded. */
  readonly bytes: number;
  readonly createdAtMs: number;
  readonly deployedAtMs: number;
}

export interface StoredVersion {
  readonly id: string;
  readonly bytes: number;
  /** As it was uploaded with them. What holds now is known of a function. */
  readonly limits: Limits;
  readonly createdAtMs: number;
  readonly live: boolean;
  /** Of its latest deployment. */
  readonly placement: Placement;
}

export interface NewDeployment {
  readonly fn: LiveFunction;
  /** Why it runs where `fn.tier` says, unless that was asked for. */
  readonly why: string | null;
  readonly bytes: number;
  readonly atMs: number;
  /** The encoded bundle as uploaded; `fn.versionId` is its hash. */
  readonly original: Uint8Array;
  /** The encoded bundle as isolates load it. */
  readonly compiled: Uint8Array;
}

/**
 * Functions, their versions and what is live of them. A function's deployments form a chain: each
 * remembers the one that was live before it, so rolling back twice goes two steps back.
 *
 * Calls about one function must not overlap; calls about different functions may.
 */
export interface Store {
  list(): Promise<readonly StoredFunction[]>;
  get(name: string): Promise<StoredFunction | null>;
  /** Latest first; empty for a function that is not there. */
  versions(name: string): Promise<readonly StoredVersion[]>;
  /**
   * Stores the bundle and makes it live, all or nothing.
   * @throws IsletError route_taken.
   */
  deploy(deployment: NewDeployment): Promise<StoredFunction>;
  /**
   * Takes back the deployment that is live, as if it had never been; with the first one the function
   * goes too. Returns what is live now.
   */
  withdraw(name: string): Promise<StoredFunction | null>;
  /** The deployment to roll back to: the one before the live one, or the latest of that version. */
  rollbackTarget(name: string, versionId: string | null): Promise<number | null>;
  /**
   * Makes an earlier deployment live again, with the routes and egress lists it had.
   * @throws IsletError route_taken.
   */
  activate(name: string, deploymentId: number): Promise<StoredFunction>;
  /**
   * Has a version run in containers, or no longer, where its deployments leave that open.
   * @throws Error when there is no such version.
   */
  move(name: string, versionId: string, moved: { readonly atMs: number; readonly why: string } | null): Promise<void>;
  /** What is held against versions, whether they are still there or not. */
  trust(): Promise<readonly TrustRecord[]>;
  /** Changes that; null forgets. */
  saveTrust(changed: ReadonlyMap<string, TrustRecord | null>): Promise<void>;
  /** How much versions were used, as it was stored last. */
  heat(): Promise<readonly HeatRecord[]>;
  /** In place of what was stored before. */
  saveHeat(records: readonly HeatRecord[]): Promise<void>;
  /** What was laid down for tenants, whether they have functions or not. */
  tenants(): Promise<ReadonlyMap<string, TenantTerms>>;
  tenant(name: string): Promise<TenantTerms | null>;
  /** In place of what was laid down before; null: it is as all others. Functions that are read from now on have it. */
  saveTenant(name: string, terms: TenantTerms | null): Promise<void>;
  /** Removes the function, its versions, and the bundles that no other function uses. */
  remove(name: string): Promise<boolean>;
  /** @throws Error when there is no such version. */
  readBundle(versionId: string): Promise<Uint8Array>;
  /** @throws Error when there is no such version. */
  readCompiled(versionId: string): Promise<Uint8Array>;
  close(): Promise<void>;
}
