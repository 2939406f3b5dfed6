import { setTimeout as delay } from "node:timers/promises";
import { processesOf } from "../islet-processes.ts";
import { residentMb } from "../process-tree.ts";
import { median } from "../statistics.ts";

const looks = 7;
const betweenMs = 300;

/** Resident memory of a server at rest, in MiB. */
export interface Memory {
  readonly total: number;
  readonly processes: number;
  /** By process id. */
  readonly each: ReadonlyMap<number, number>;
  /** Supervisor, fronts and so many pool processes as there are without quarantine, at their mean size. */
  readonly usual: number;
}

/** @param pools processes that serve when no function has one of its own, the spare among them. */
export async function memoryOf(pids: () => number[], pools: number): Promise<Memory> {
  const seen = new Map<number, number[]>();
  for (let i = 0; i < looks; i++) {
    for (const pid of pids()) seen.set(pid, [...(seen.get(pid) ?? []), residentMb([pid])]);
    await delay(betweenMs);
  }
  const living = pids();
  const each = new Map(living.map((pid) => [pid, median(seen.get(pid) ?? [residentMb([pid])])]));
  const sum = (some: readonly number[]) => some.reduce((mb, pid) => mb + (each.get(pid) ?? 0), 0);
  const poolPids = processesOf(living, "pool");
  const total = sum(living);
  const inPools = sum(poolPids);
  const meanPool = poolPids.length === 0 ? 0 : inPools / poolPids.length;
  return { total, processes: living.length, each, usual: total - inPools + meanPool * pools };
}

/** How much the processes that are in both have grown, as a factor; and how many there are. */
export function growthOfSurvivors(before: Memory, after: Memory): { factor: number; processes: number } {
  const both = [...before.each.keys()].filter((pid) => after.each.has(pid));
  const sum = ({ each }: Memory) => both.reduce((mb, pid) => mb + (each.get(pid) ?? 0), 0);
  return { factor: sum(after) / sum(before), processes: both.length };
}
