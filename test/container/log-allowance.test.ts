import { expect, test } from "vitest";
import { LogAllowance } from "../../src/container/log-allowance.ts";

test("what a container logs without a request is bounded, and told of once", () => {
  let atMs = 0;
  const allowance = new LogAllowance(() => atMs);
  const line = "x".repeat(16 * 1024);
  const taken = Array.from({ length: 100 }, () => allowance.take(line));
  expect(taken.filter((one) => one === "logged").length).toBe(63);
  expect(taken.slice(63)).toEqual(["over", ...Array(36).fill("left out")]);
  atMs += 1_000;
  expect([allowance.take(line), allowance.take(line)]).toEqual(["logged", "logged"]);
  atMs += 3_600_000;
  expect(Array.from({ length: 64 }, () => allowance.take(line)).at(-1)).toBe("over");
});
