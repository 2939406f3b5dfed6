import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("performance and navigator", () => {
  test("now() rises and timeOrigin is in the past", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const a = performance.now(); const b = performance.now();
         return [b >= a, a > 0, performance.timeOrigin + performance.now() - Date.now() < 1000, performance.toJSON().timeOrigin === performance.timeOrigin];`,
      ),
    ).toEqual([true, true, true, true]);
  });

  test("marks and measures", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `performance.mark("a", { startTime: 1, detail: "d" }); performance.mark("b", { startTime: 4 });
         const m = performance.measure("m", "a", "b"); const n = performance.measure("n", { start: 2, duration: 3 });
         const names = performance.getEntries().map((e) => e.name);
         performance.clearMarks("a"); performance.clearMeasures();
         return [m.duration, m.startTime, m.entryType, n.toJSON(), names, performance.getEntriesByType("mark").length,
           performance.getEntriesByName("b").length, thrown(() => performance.measure("x", "gone"))];`,
      ),
    ).toEqual([
      ...[3, 1, "measure", { name: "n", entryType: "measure", startTime: 2, duration: 3 }],
      ...[["a", "m", "n", "b"], 1, 1, "SyntaxError"],
    ]);
  });

  test("the list of entries does not grow without end", async () => {
    const it = await guest();
    expect(
      await inside(it, 'for (let i = 0; i < 1500; i++) performance.mark("m"); return performance.getEntries().length;'),
    ).toBe(1_000);
  });

  test.each([
    [
      'performance.mark("a", { startTime: 1 }); const m = performance.measure("m", { start: "a", end: 4, detail: { x: 1 } }); return [m.startTime, m.duration, m.detail, m instanceof PerformanceMeasure];',
      [1, 3, { x: 1 }, true],
    ],
    [
      'const m = new PerformanceMark("m", { startTime: 3, detail: [1] }); return [m.name, m.startTime, m.duration, m.detail, performance.getEntriesByName("m").length];',
      ["m", 3, 0, [1], 0],
    ],
    [
      'return [{}, { start: 1, end: 2, duration: 1 }, { detail: 1 }].map((options) => thrown(() => performance.measure("m", options)));',
      ["nothing", "TypeError", "TypeError"],
    ],
    [
      'return [thrown(() => performance.measure("m", { start: 1 }, "end")), thrown(() => performance.mark("m", { startTime: -1 })), thrown(() => performance.mark("m", { startTime: NaN })), thrown(() => new PerformanceMark("m", { detail: () => 1 }))];',
      ["TypeError", "TypeError", "TypeError", "DataCloneError"],
    ],
    [
      "return [performance instanceof EventTarget, thrown(() => new Performance()), thrown(() => new PerformanceEntry()), thrown(() => Performance.prototype.now.call({}))];",
      [true, "TypeError", "TypeError", "TypeError"],
    ],
  ])("as the User Timing standard has it: %s", async (code, expected) => {
    expect(await inside(await guest(), code)).toEqual(expected);
  });

  test("an observer hears of what it asked for, after the code that made it", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `performance.mark("before"); const heard = [];
         const observer = new PerformanceObserver((list, self) => heard.push([list.getEntries().map((e) => e.name), self === observer]));
         observer.observe({ type: "mark", buffered: true }); performance.mark("a"); performance.measure("m");
         heard.push("sync"); await null; observer.disconnect(); performance.mark("b"); await null;
         const other = new PerformanceObserver(() => heard.push("never")); other.observe({ entryTypes: ["measure", "navigation"] });
         performance.mark("c"); performance.measure("n");
         const taken = other.takeRecords().map((e) => e.name); await null;
         return [heard, taken, PerformanceObserver.supportedEntryTypes, thrown(() => other.observe({ type: "mark" })), thrown(() => other.observe({})), thrown(() => new PerformanceObserver())];`,
      ),
    ).toEqual([
      ["sync", [["before", "a"], true]],
      ...[["n"], ["mark", "measure"], "InvalidModificationError", "TypeError", "TypeError"],
    ]);
  });

  test("navigator names the runtime", async () => {
    expect(await inside(await guest(), "return navigator.userAgent;")).toBe("Islet");
  });
});
