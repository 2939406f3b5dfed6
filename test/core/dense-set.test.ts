import { expect, test } from "vitest";
import { DenseSet, type Slotted } from "../../src/core/dense-set.ts";

const item = (name: string): Slotted & { name: string } => ({ name, slot: -1 });

test("holds what was added and not deleted, through any order of both", () => {
  const set = new DenseSet<ReturnType<typeof item>>();
  const kept = new Set<ReturnType<typeof item>>();
  const all = Array.from({ length: 50 }, (_, i) => item(`${i}`));
  let state = 1;
  for (let step = 0; step < 5000; step++) {
    state = (state * 48_271) % 0x7fff_ffff;
    const one = all[state % all.length] as ReturnType<typeof item>;
    if (kept.has(one)) {
      set.delete(one);
      kept.delete(one);
    } else {
      set.add(one);
      kept.add(one);
    }
    expect(set.size).toBe(kept.size);
  }
  expect(new Set(set)).toEqual(kept);
});

test("deleting what is not there does nothing", () => {
  const set = new DenseSet<ReturnType<typeof item>>();
  const [a, b] = [item("a"), item("b")];
  set.add(a);
  set.delete(b);
  set.delete(a);
  set.delete(a);
  expect(set.size).toBe(0);
});

test("items may be deleted while it is iterated", () => {
  const set = new DenseSet<ReturnType<typeof item>>();
  const items = ["a", "b", "c"].map(item);
  for (const one of items) set.add(one);
  const seen: string[] = [];
  for (const one of set) {
    seen.push(one.name);
    set.delete(one);
  }
  expect(seen).toEqual(["a", "b", "c"]);
});
