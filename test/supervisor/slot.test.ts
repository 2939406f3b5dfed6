import { describe, expect, test } from "vitest";
import { BackOff } from "../../src/supervisor/back-off.ts";
import type { FrontChild } from "../../src/supervisor/child-kinds.ts";
import { killAll, Slot } from "../../src/supervisor/slot.ts";
import { bearFront } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

describe("the back-off", () => {
  test("is nothing at first, then doubles from 100 ms to 5 s", () => {
    const backOff = new BackOff();
    const delays = Array.from({ length: 9 }, () => backOff.next(0));
    expect(delays).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  test("starts over after 30 s of health", () => {
    const backOff = new BackOff();
    const delays = [0, 29_999, 30_000, 0].map((readyMs) => backOff.next(readyMs));
    expect(delays).toEqual([0, 100, 0, 100]);
  });
});

test("a slot replaces what keeps dying: at once, then later and later", async () => {
  const timers = new ManualTimers();
  const deaths = new EventTarget();
  const slot: Slot<FrontChild> = new Slot({
    timers,
    bear: () => bearFront("exit"),
    onDeath: () => deaths.dispatchEvent(new Event("death")),
  });
  const nextDeath = () => new Promise((resolve) => deaths.addEventListener("death", resolve, { once: true }));

  let death = nextDeath();
  slot.fill();
  const first = slot.child;
  await death;
  expect(slot.child).not.toBe(first);
  expect(slot.child?.state).toBe("starting");

  for (const delayMs of [100, 200, 400]) {
    await nextDeath();
    expect(slot.child).toBeNull();
    expect(timers.delays).toEqual([delayMs]);
    timers.advance(delayMs - 1);
    expect(slot.child).toBeNull();
    death = nextDeath();
    timers.advance(1);
    expect(slot.child?.state).toBe("starting");
  }

  slot.close();
  await death;
  expect(slot.child).toBeNull();
  expect(timers.delays).toEqual([]);
});

test("closed slots bear no more children", async () => {
  const slot = new Slot({ timers: new ManualTimers(), bear: () => bearFront("mute") });
  slot.fill();
  const { child } = slot;
  await killAll([slot]);
  expect(child?.state).toBe("dead");
  slot.fill();
  expect(slot.child).toBeNull();
});
