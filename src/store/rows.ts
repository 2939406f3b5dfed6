import type { SQLOutputValue } from "node:sqlite";
import type { AskedTier, FunctionTier, LiveFunction, Scaling } from "../core/deployment.ts";
import type { EgressLists } from "../core/egress.ts";
import { defaultLimits, heldTo, type Limits, nameOfHeld, type TenantTerms } from "../core/limits.ts";
import type { Placement, StoredFunction, StoredVersion } from "./store.ts";

/** What the columns of a row mean. */

export type Row = Record<string, SQLOutputValue>;

/** What the operator permits, by where a version runs. */
export type Maxima = Readonly<Record<FunctionTier, Limits>>;

export function toFunction(row: Row, maxima: Maxima | null): StoredFunction {
  const placement = toPlacement(row);
  const { asked, decided, now } = placement;
  const terms = row.terms === null ? null : toTerms(row);
  const { memoryMb: mostMemoryMb } = terms?.max ?? {};
  return {
    fn: {
      name: String(row.name),
      tenant: String(row.tenant),
      ...(terms && { tenantLimits: terms.limits }),
      ...(mostMemoryMb !== undefined && { mostMemoryMb }),
      // What the supervisor makes of it is not stored.
      group: "shared",
      versionId: String(row.version_id),
      ...{ tier: now, asked, ...(now !== decided && { fallback: "done" as const }) },
      routes: JSON.parse(String(row.routes)) as string[],
      ...heldLimits(toLimits(row), maxima ? maxima[now] : {}, terms?.max ?? {}),
      egress: JSON.parse(String(row.egress)) as EgressLists,
      scaling: JSON.parse(String(row.scaling)) as Scaling,
    },
    placement,
    deploymentId: Number(row.live_deployment),
    bytes: Number(row.bytes),
    createdAtMs: Number(row.created_at_ms),
    deployedAtMs: Number(row.deployed_at_ms),
  };
}

export function toVersion(row: Row): StoredVersion {
  return {
    id: String(row.id),
    bytes: Number(row.bytes),
    limits: toLimits(row),
    createdAtMs: Number(row.created_at_ms),
    live: Number(row.live) === 1,
    placement: toPlacement(row),
  };
}

/** What was measured counts only where the deployment leaves it open. */
function toPlacement(row: Row): Placement {
  const decided: FunctionTier = row.tier === "container" ? "container" : "isolate";
  const asked = String(row.asked) as AskedTier;
  const { moved_at_ms: movedAtMs, moved_why: movedWhy } = row;
  if (decided === "isolate" && asked === "auto" && movedAtMs !== null) {
    return { asked, decided, now: "container", sinceMs: Number(movedAtMs), why: String(movedWhy) };
  }
  const why = row.why === null ? null : String(row.why);
  return { asked, decided, now: decided, sinceMs: Number(row.deployed_at_ms), why };
}

/** Of a version, as they hold: for all that it was uploaded with more. */
function heldLimits(
  own: Limits,
  ofAll: Partial<Limits>,
  ofTenant: Partial<Limits>,
): Pick<LiveFunction, "limits" | "limitsId"> {
  const limits = heldTo(heldTo(own, ofAll), ofTenant);
  const limitsId = nameOfHeld(limits, own);
  return limitsId === undefined ? { limits } : { limits, limitsId };
}

export function toTerms(row: Row): TenantTerms {
  return JSON.parse(String(row.terms)) as TenantTerms;
}

/** Versions that were stored before a limit was invented have its default. */
function toLimits(row: Row): Limits {
  return { ...defaultLimits, ...(JSON.parse(String(row.limits)) as Partial<Limits>) };
}
