import { describe, expect, test } from "vitest";
import { Heartbeat } from "../../src/supervisor/heartbeat.ts";
import { ManualTimers } from "./manual-timers.ts";

const beatMs = 50;

/** A child whose answers and entries the test decides on. */
function beating(begun: number | null) {
  const child = { begun, sent: [] as number[], looks: [] as number[], held: false, given: 0 };
  const timers = new ManualTimers();
  const heartbeat = new Heartbeat({
    timers,
    beatMs,
    begun: () => child.begun,
    send: (seq) => child.sent.push(seq),
    stalled: (unansweredMs) => {
      child.looks.push(unansweredMs);
      return child.held;
    },
    onStall: () => child.given++,
  });
  heartbeat.start();
  /** Beats pass, each of which is answered. */
  const pass = (beats: number) => {
    for (let i = 0; i < beats; i++) {
      timers.advance(beatMs);
      heartbeat.answered(child.sent.at(-1) ?? 0);
    }
  };
  return { child, timers, heartbeat, pass };
}

describe("a heartbeat", () => {
  test("sends to a child of which it does not know what it does with every beat", () => {
    const { child, pass } = beating(null);
    pass(20);
    expect(child.sent).toHaveLength(20);
  });

  test("leaves a child alone in which nothing has begun since it answered", () => {
    const { child, pass } = beating(7);
    pass(2);
    expect(child.sent).toHaveLength(2);
    pass(20);
    expect(child.sent).toHaveLength(4);
  });

  test("sends again with the beat after something has begun", () => {
    const { child, pass } = beating(7);
    pass(4);
    child.begun = 8;
    pass(1);
    expect(child.sent).toHaveLength(3);
    // What has begun may not have been written down yet.
    pass(3);
    expect(child.sent).toHaveLength(4);
  });

  test("does not take what had begun for over before there is an answer", () => {
    const { child, timers } = beating(7);
    timers.advance(5 * beatMs);
    expect(child.sent).toHaveLength(5);
  });

  test("looks more often once a beat was not answered in time, and no more after the answer", () => {
    const { child, timers, heartbeat } = beating(null);
    timers.advance(beatMs);
    expect(child.looks).toEqual([0]);
    timers.advance(2 * beatMs);
    // With the beats, and five times in the one after the first that was missed.
    expect(child.looks).toHaveLength(1 + 2 + 5);
    heartbeat.answered(child.sent.at(-1) ?? 0);
    timers.advance(beatMs - 1);
    expect(child.looks).toHaveLength(1 + 2 + 5);
  });

  test("gives a child up once", () => {
    const { child, timers } = beating(null);
    timers.advance(beatMs);
    child.held = true;
    timers.advance(20 * beatMs);
    expect(child.given).toBe(1);
  });
});
