import { expect, test } from "vitest";
import { type RecycleReason, type RecyclingOptions, recycleProcesses } from "../../src/supervisor/recycling.ts";
import { ManualTimers } from "./manual-timers.ts";

const minute = 60_000;

interface Process {
  readonly name: string;
  kb: number | null;
}

function started(options: Partial<RecyclingOptions<Process>>) {
  const timers = new ManualTimers();
  const processes: Process[] = [
    { name: "a", kb: 100_000 },
    { name: "b", kb: 100_000 },
  ];
  const recycled: [string, RecycleReason][] = [];
  const stop = recycleProcesses<Process>({
    ...{ afterMs: 0, aboveMb: 0, everyMs: 1_000, timers, clock: timers },
    settled: () => processes,
    residentKb: ({ kb }) => kb,
    recycle: (process, reason) => {
      recycled.push([process.name, reason]);
      processes.splice(processes.indexOf(process), 1, { name: `${process.name}'`, kb: 100_000 });
    },
    ...options,
  });
  return { timers, processes, recycled, stop };
}

test("old processes are replaced one after the other, and their successors when they are as old", () => {
  const { timers, recycled, stop } = started({ afterMs: 30 * minute });
  timers.advance(30 * minute);
  expect(recycled).toEqual([]);
  timers.advance(1_000);
  expect(recycled).toEqual([["a", "age"]]);
  timers.advance(1_000);
  expect(recycled).toEqual([
    ["a", "age"],
    ["b", "age"],
  ]);
  timers.advance(31 * minute);
  expect(recycled.map(([name]) => name)).toEqual(["a", "b", "a'", "b'"]);
  stop();
  timers.advance(60 * minute);
  expect(recycled).toHaveLength(4);
});

test("one that holds too much memory is replaced, but not right after its birth", () => {
  const { timers, processes, recycled } = started({ aboveMb: 200 });
  const [, b] = processes;
  if (b) b.kb = 300_000;
  timers.advance(9 * minute);
  expect(recycled).toEqual([]);
  timers.advance(2 * minute);
  expect(recycled).toEqual([["b", "memory"]]);
  const [gone] = processes;
  if (gone) gone.kb = null;
  timers.advance(60 * minute);
  expect(recycled).toHaveLength(1);
});

test("none is replaced while others come or go, or when nothing is a reason", () => {
  const { timers, recycled } = started({ afterMs: minute, settled: () => null });
  timers.advance(10 * minute);
  expect(recycled).toEqual([]);
  expect(started({}).timers.delays).toEqual([]);
});
