import { expect, test } from "vitest";
import { Heat } from "../../src/supervisor/heat.ts";

const hourMs = 60 * 60_000;

test("what was used an hour ago counts half as much, and what is cold is forgotten", () => {
  const heat = new Heat([
    { key: "old", heat: 100, atMs: 0 },
    { key: "cold", heat: 0.9, atMs: 0 },
  ]);
  heat.used(
    [
      ["new", 40],
      ["new", 30],
      ["old", 10],
    ],
    hourMs,
  );
  expect(heat.hottest(hourMs)).toEqual([
    { key: "new", heat: 70, atMs: hourMs },
    { key: "old", heat: 60, atMs: hourMs },
  ]);
});

test("the thousand hottest are known, and a clock that was put back heats nothing", () => {
  const heat = new Heat([{ key: "before", heat: 8, atMs: 10 * hourMs }]);
  heat.used(
    Array.from({ length: 1_500 }, (_, i) => [`f${i}`, i + 1]),
    hourMs,
  );
  const hottest = heat.hottest(hourMs);
  expect(hottest).toHaveLength(1_000);
  expect(hottest[0]).toMatchObject({ key: "f1499", heat: 1_500 });
  expect(new Heat([{ key: "before", heat: 8, atMs: 10 * hourMs }]).hottest(hourMs)[0]?.heat).toBe(8);
});
