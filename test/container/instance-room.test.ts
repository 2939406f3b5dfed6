import { expect, test } from "vitest";
import { admission, type RoomTaken } from "../../src/container/instance-room.ts";

const limits = { containers: 3, memoryMb: 1_000 };
const taken = (id: string, more: Partial<RoomTaken> = {}): RoomTaken => ({
  ...{ id, owner: "front-1", group: `container:${id}`, memoryMb: 200, pausedAtMs: null },
  ...more,
});
const wanted = taken("new");

test("there is room while count and memory allow", () => {
  expect(admission(wanted, 8, [], limits)).toEqual({ kind: "now" });
  expect(admission(wanted, 8, [taken("a"), taken("b")], limits)).toEqual({ kind: "now" });
  expect(admission(wanted, 8, [taken("a"), taken("b"), taken("c")], limits)).toEqual({ kind: "wait" });
  expect(admission(taken("new", { memoryMb: 900 }), 8, [taken("a")], limits)).toEqual({ kind: "wait" });
});

test("those that are paused longest make room, as few as it takes", () => {
  const others = [taken("a", { pausedAtMs: 3 }), taken("b", { pausedAtMs: 1 }), taken("c", { pausedAtMs: 2 })];
  expect(admission(wanted, 8, others, limits)).toEqual({ kind: "after", ids: ["b"], busy: false });
  const large = taken("new", { memoryMb: 700 });
  expect(admission(large, 8, others, limits)).toEqual({ kind: "after", ids: ["b", "c"], busy: false });
  expect(admission(taken("new", { memoryMb: 1_001 }), 8, others, limits)).toEqual({ kind: "wait" });
});

test("a version's maximum counts over all fronts", () => {
  const of = (id: string, more: Partial<RoomTaken> = {}) => taken(id, { group: "container:v", ...more });
  const next = of("new");
  expect(admission(next, 2, [of("a"), of("b")], limits)).toEqual({ kind: "wait" });
  // Another's idle one goes, and even a busy one if the front has none at all.
  const idle = of("b", { owner: "front-2", pausedAtMs: 1 });
  expect(admission(next, 2, [of("a"), idle], limits)).toEqual({ kind: "after", ids: ["b"], busy: false });
  expect(admission(next, 2, [of("a"), of("b", { owner: "front-2" })], limits)).toEqual({ kind: "wait" });
  const busy = of("b", { owner: "front-2" });
  expect(admission(next, 1, [busy], limits)).toEqual({ kind: "after", ids: ["b"], busy: true });
});
