import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Shifting } from "../../src/supervisor/shifting.ts";
import { type ByKind, type Shift, SplitPolicy, usualSplitNumbers } from "../../src/supervisor/split-policy.ts";
import { ManualTimers } from "./manual-timers.ts";

interface Process {
  /** Of the time that passes, the share in which it computes. */
  load: number;
}

function started(split: ByKind<number>) {
  const timers = new ManualTimers();
  const of = (count: number) => Array.from({ length: count }, (): Process => ({ load: 0 }));
  const processes = { front: of(split.front), pool: of(split.pool) };
  const shifts: Shift[] = [];
  let isSettled = true;
  let carriedOut = (): void => undefined;
  const shifting = new Shifting<Process>({
    policy: new SplitPolicy(),
    ...{ everyMs: 1_000, timers, clock: timers },
    settled: () => (isSettled ? { front: [...processes.front], pool: [...processes.pool] } : null),
    cpuMs: ({ load }) => (load < 0 ? null : load * timers.now()),
    shift: (shift) => {
      shifts.push(shift);
      return new Promise((resolve) => {
        carriedOut = resolve;
      });
    },
  });
  return {
    ...{ timers, processes, shifting, shifts },
    settle: (value: boolean) => {
      isSettled = value;
    },
    carryOut: async () => {
      carriedOut();
      await turn();
    },
  };
}

/** One look to compare with, and those that are averaged. */
const decidingMs = (usualSplitNumbers.looks + 1) * 1_000;

test("the load of an average process is measured by CPU time, and decides", async () => {
  const { timers, processes, shifting, shifts, carryOut } = started({ front: 4, pool: 4 });
  expect(shifting.load).toBeNull();
  for (const front of processes.front) front.load = 0.9;
  processes.pool[0] = { load: 0.4 };
  timers.advance(1_000);
  expect(shifting.load).toBeNull();
  timers.advance(1_000);
  expect(shifting.load).toEqual({ front: expect.closeTo(0.9), pool: expect.closeTo(0.1) });
  timers.advance(decidingMs - 3_000);
  expect(shifts).toEqual([]);
  timers.advance(1_000);
  expect(shifts).toMatchObject([{ from: "pool", to: "front", count: 1 }]);

  // Until it has been carried out, nothing is looked at, and then for as long as before.
  timers.advance(60_000);
  await carryOut();
  processes.front.push({ load: 0.9 });
  processes.pool.pop();
  timers.advance(decidingMs - 1_000);
  expect(shifts).toHaveLength(1);
  timers.advance(1_000);
  expect(shifts).toHaveLength(2);
});

test("nothing is decided about processes that are not known, not settled, or not the same", () => {
  const { timers, processes, shifting, shifts, settle } = started({ front: 4, pool: 4 });
  for (const front of processes.front) front.load = 1;
  const almost = () => timers.advance(decidingMs - 1_000);
  almost();
  settle(false);
  timers.advance(1_000);
  expect(shifting.load).toBeNull();
  settle(true);
  almost();
  processes.pool[3] = { load: 0 };
  almost();
  const hidden = { load: -1 };
  processes.pool[2] = hidden;
  timers.advance(60_000);
  expect(shifting.load).toBeNull();
  expect(shifts).toEqual([]);
  shifting.stop();
  hidden.load = 0;
  timers.advance(60_000);
  expect(shifts).toEqual([]);
});
