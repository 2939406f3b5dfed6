import { expect, test } from "vitest";
import type { Demand } from "../../src/core/messages.ts";
import { FrontDemand } from "../../src/supervisor/front-demand.ts";

function setUp(names: string[]) {
  let fronts = names;
  const told: [string, number, readonly Demand[]][] = [];
  let wake: () => void = () => undefined;
  const demand = new FrontDemand<string>({
    fronts: () => fronts,
    tell: (front, count, demands) => {
      told.push([front, count, demands]);
      wake();
    },
    nowMs: () => 0,
  });
  const next = async () => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    await new Promise((resolve) => setImmediate(resolve));
    return told.splice(0);
  };
  return { demand, next, setFronts: (now: string[]) => (fronts = now) };
}

const of = (inFlight: number, admitted: number, asked = admitted): Demand => ({
  ...{ key: "function:f", inFlight, admitted, asked },
});

test("each front hears what the others did, and how many there are", async () => {
  const { demand, next } = setUp(["a", "b", "c"]);
  demand.heard("a", [of(1, 10)]);
  demand.heard("b", [of(2, 20, 25)]);
  expect(await next()).toEqual([
    ["a", 3, [of(2, 20, 25)]],
    ["b", 3, [of(1, 10)]],
    // It has not met this limit.
    ["c", 3, []],
  ]);
});

test("of a front that is gone, or counts anew, what it let through stays counted, and what it had in flight does not", async () => {
  const { demand, next, setFronts } = setUp(["a", "b"]);
  demand.heard("a", [of(1, 10)]);
  demand.heard("b", [of(2, 20)]);
  await next();
  demand.heard("b", [of(1, 3)]);
  expect(await next()).toContainEqual(["a", 2, [of(1, 23)]]);
  setFronts(["a"]);
  demand.gone("b");
  expect(await next()).toEqual([["a", 1, [of(0, 23)]]]);
});
