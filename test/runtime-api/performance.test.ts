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
      ...[3, 1, "measure", { name: "n", entryType: "measure", startTime: 2, duration: 3, detail: null }],
      ...[["a", "m", "n", "b"], 1, 1, "SyntaxError"],
    ]);
  });

  test("the list of entries does not grow without end", async () => {
    const it = await guest();
    expect(
      await inside(it, 'for (let i = 0; i < 1500; i++) performance.mark("m"); return performance.getEntries().length;'),
    ).toBe(1_000);
  });

  test("navigator names the runtime", async () => {
    expect(await inside(await guest(), "return navigator.userAgent;")).toBe("Islet");
  });
});
