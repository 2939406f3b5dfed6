import { describe, expect, test } from "vitest";
import { FairLine, Waiting } from "../../src/scheduler/fair-line.ts";

class Entry extends Waiting {
  readonly name: string;
  constructor(name: string, tenant: string, costMs = 1, fn = tenant) {
    super(tenant, fn, costMs);
    this.name = name;
  }
}

const go = () => "go" as const;

function add(line: FairLine<Entry>, count: number, tenant: string, costMs = 1, fn = tenant): Entry[] {
  const entries = Array.from({ length: count }, (_, i) => new Entry(`${fn}${i}`, tenant, costMs, fn));
  for (const entry of entries) line.add(entry);
  return entries;
}

/** Names in the order in which they go. */
function order(line: FairLine<Entry>, most = Number.POSITIVE_INFINITY): string[] {
  const names: string[] = [];
  for (let entry = line.next(go); entry; entry = names.length < most ? line.next(go) : undefined)
    names.push(entry.name);
  return names;
}

describe("a fair line", () => {
  test("keeps the order within a function", () => {
    const line = new FairLine<Entry>();
    add(line, 5, "a");
    expect(order(line)).toEqual(["a0", "a1", "a2", "a3", "a4"]);
    expect(line.length).toBe(0);
    expect(line.costMs).toBe(0);
  });

  test("a trickle goes next, however many of another tenant wait", () => {
    const line = new FairLine<Entry>();
    add(line, 100, "flood");
    expect(order(line, 3)).toEqual(["flood0", "flood1", "flood2"]);
    add(line, 1, "trickle");
    expect(order(line, 1)).toEqual(["trickle0"]);
    add(line, 1, "trickle");
    expect(order(line, 3)).toContain("trickle0");
  });

  test("tenants get the same time and not the same number", () => {
    const line = new FairLine<Entry>();
    add(line, 400, "cheap", 1);
    add(line, 400, "dear", 10);
    const first = order(line, 110);
    const dear = first.filter((name) => name.startsWith("dear")).length;
    expect(dear).toBeGreaterThanOrEqual(8);
    expect(dear).toBeLessThanOrEqual(12);
  });

  test("one that comes one by one does not go first each time, if it is dear", () => {
    const line = new FairLine<Entry>();
    add(line, 400, "steady", 1);
    let dear = 0;
    for (let i = 0; i < 200; i++) {
      if (line.lengthOf("sly") === 0) add(line, 1, "sly", 20);
      if (line.next(go)?.tenant === "sly") dear++;
    }
    // A twentieth of what the other gets, and one for its beginning.
    expect(dear).toBeLessThanOrEqual(12);
    expect(dear).toBeGreaterThanOrEqual(8);
  });

  test("a tenant's functions take turns", () => {
    const line = new FairLine<Entry>();
    add(line, 50, "t", 1, "f");
    add(line, 2, "t", 1, "g");
    expect(order(line, 4)).toEqual(["f0", "g0", "f1", "g1"]);
  });

  test("functions that cannot go are passed over until they can, and hold nobody up", () => {
    const line = new FairLine<Entry>();
    add(line, 2, "t", 1, "full");
    add(line, 1, "t", 1, "free");
    add(line, 1, "u");
    const turn = ({ fn }: Entry) => (fn === "full" ? ("another" as const) : ("go" as const));
    const gone = [line.next(turn), line.next(turn), line.next(turn)].map((entry) => entry?.name);
    expect(gone.toSorted()).toEqual(["free0", "u0", undefined]);
    expect(line.next(go)).toBeUndefined();
    add(line, 1, "t", 1, "full");
    expect(line.next(go)).toBeUndefined();
    line.resume("t", "full");
    expect(order(line)).toEqual(["full0", "full1", "full0"]);
  });

  test("nobody goes when nobody may", () => {
    const line = new FairLine<Entry>();
    add(line, 1, "t");
    expect(line.next(() => "nobody")).toBeUndefined();
    expect(line.length).toBe(1);
    expect(order(line)).toEqual(["t0"]);
  });

  test("what is taken out of its middle is gone, and counts no more", () => {
    const line = new FairLine<Entry>();
    const [, middle, last] = add(line, 3, "t", 2) as [Entry, Entry, Entry];
    expect(line.costBefore("t")).toBe(6);
    expect(line.remove(middle)).toBe(true);
    expect(line.remove(middle)).toBe(false);
    expect(line.remove(last)).toBe(true);
    expect(line.costBefore("t")).toBe(2);
    expect(order(line)).toEqual(["t0"]);
    expect([...line]).toEqual([]);
  });

  test("a tenant expects to wait for its own and as much of each other one's, not for all", () => {
    const line = new FairLine<Entry>();
    add(line, 100, "flood");
    expect(line.costBefore("trickle")).toBeLessThanOrEqual(2);
    expect(line.costBefore("flood")).toBe(100);
  });
});
