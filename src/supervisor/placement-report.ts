import { z } from "zod";
import { isolateKey, type LiveFunction } from "../core/deployment.ts";
import type { FrontPlacement, InstanceSeen, PlacementReport, PoolPlacement } from "../core/placement.ts";
import type { FrontChild, PoolChild } from "./child-kinds.ts";

const count = z.number().min(0);
/** Guests run in pool processes: nothing of what comes from there is taken for granted. */
const poolPlacement = z.object({
  isolate: z.object({ state: z.enum(["starting", "warm"]), inFlight: count, bytes: count }).nullable(),
  inFlight: count,
});

export interface PlacementSources {
  readonly fronts: readonly FrontChild[];
  /** Of the function's group, with the places that they fill. */
  readonly pools: readonly { readonly pool: PoolChild; readonly place: number }[];
  readonly withinMs: number;
}

/** Asks all who know something of where a function runs. Who does not answer in time is named and not waited for. */
export async function placementReport(fn: LiveFunction, sources: PlacementSources): Promise<PlacementReport> {
  const [fronts, pools] = await Promise.all([
    Promise.all(sources.fronts.map((front) => askFront(front, fn.name, sources.withinMs))),
    Promise.all(sources.pools.map((asked) => askPool(asked, isolateKey(fn), sources.withinMs))),
  ]);
  const missing = [...fronts, ...pools].flatMap(({ id, said }) => (said ? [] : [id]));
  const views = fronts.flatMap(({ id, said }) => (said?.placement ? [{ front: id, ...said.placement }] : []));
  const isolates = pools.flatMap(({ id, place, said }) => (said ? isolateIn(id, place, said) : []));
  const local = views.flatMap(({ front, local }) => (local ? isolateIn(front, 0, local) : []));
  return { instances: [...isolates, ...local, ...views.flatMap(containersOf)], fronts: views, missing };
}

async function askFront(front: FrontChild, name: string, withinMs: number) {
  const question = (seq: number) => ({ type: "placement" as const, seq, name });
  return { id: front.id, said: await front.ask("placement", question, withinMs) };
}

async function askPool({ pool, place }: PlacementSources["pools"][number], key: string, withinMs: number) {
  const answer = await pool.ask("placement", (seq) => ({ type: "placement", seq, key }), withinMs);
  return { id: pool.id, place, said: poolPlacement.safeParse(answer?.placement).data };
}

function isolateIn(process: string, place: number, { isolate, inFlight }: PoolPlacement): InstanceSeen[] {
  if (!isolate) return [];
  const { bytes, ...seen } = isolate;
  return [{ kind: "isolate", process, place, ...seen, processInFlight: inFlight, memoryBytes: bytes }];
}

function containersOf({ containers }: FrontPlacement): InstanceSeen[] {
  return containers.map(({ id, state, inFlight }) => ({
    ...{ kind: "container", process: id, place: null, state },
    ...{ inFlight, processInFlight: inFlight, memoryBytes: null },
  }));
}
