import fc from "fast-check";
import { expect, test } from "vitest";
import { Line } from "../../src/scheduler/line.ts";

const prior = { slope: 0.1, intercept: 1, weight: 1 };
const x = fc.integer({ min: 0, max: 200 });

/** The same noise each time: in −1 … 1. */
function noise(i: number): number {
  return Math.sin(i * 12.9898) * Math.cos(i * 78.233);
}

function taught(line: Line, count: number, xOf: (i: number) => number, yOf: (x: number, i: number) => number): Line {
  for (let i = 0; i < count; i++) line.observe(xOf(i), yOf(xOf(i), i));
  return line;
}

test("whatever is seen, slope and intercept stay finite and not negative", () => {
  const y = fc.oneof(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.constantFrom(0, 1e-9, 1e12, Number.NaN, -1));
  const anyX = fc.oneof(x, fc.double({ min: 0, max: 1e9, noNaN: true }));
  fc.assert(
    fc.property(fc.array(fc.tuple(anyX, y), { maxLength: 300 }), (seen) => {
      const line = new Line(prior);
      for (const [x, y] of seen) {
        line.observe(x, y);
        expect(line.slope).toBeGreaterThanOrEqual(0);
        expect(line.intercept).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(line.slope + line.intercept + line.scale)).toBe(true);
      }
    }),
  );
});

test("a line with noise is learnt from wherever the prior is", () => {
  const some = fc.record({
    slope: fc.double({ min: 0.01, max: 50, noNaN: true }),
    intercept: fc.double({ min: 0.1, max: 500, noNaN: true }),
  });
  fc.assert(
    fc.property(some, some, (truth, guess) => {
      const line = new Line({ ...guess, weight: 1 });
      const at = (x: number) => truth.slope * x + truth.intercept;
      taught(
        line,
        400,
        (i) => (i * 7) % 23,
        (x, i) => at(x) * (1 + 0.05 * noise(i)),
      );
      for (const x of [0, 5, 11, 22]) {
        expect(Math.abs(line.at(x) - at(x))).toBeLessThan(0.1 * (at(22) + 0.01));
      }
    }),
  );
});

test("a long time at one x keeps the slope, and the line follows at that x", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.5, max: 3, noNaN: true }), (still, factor) => {
      const line = taught(
        new Line(prior),
        200,
        (i) => i % 20,
        (x) => 0.5 * x + 4,
      );
      taught(
        line,
        20_000,
        () => still,
        (x, i) => (0.5 * x + 4) * factor * (1 + 0.02 * noise(i)),
      );
      expect(Math.abs(line.at(still) - (0.5 * still + 4) * factor)).toBeLessThan(0.1 * line.at(still));
      // What is seen next weighs as much as ever, and no more.
      const before = line.at(still + 1);
      line.observe(still + 1, before * 1.02);
      expect(Math.abs(line.at(still + 1) - before)).toBeLessThan(before);
    }),
  );
});

test("one outlier moves it by little, at whichever x", () => {
  fc.assert(
    fc.property(x, fc.double({ min: 10, max: 1e6, noNaN: true }), (where, times) => {
      const line = taught(
        new Line(prior),
        400,
        (i) => i % 200,
        (x, i) => (0.2 * x + 3) * (1 + 0.05 * noise(i)),
      );
      line.observe(where, line.at(where) * times);
      for (const x of [0, 50, 199]) expect(Math.abs(line.at(x) - (0.2 * x + 3))).toBeLessThan(0.35 * (0.2 * x + 3));
    }),
  );
});
