import { expect, test } from "vitest";
import { FallbackPolicy, windowMs } from "../../src/supervisor/fallback-policy.ts";

function policyAfter(after: number) {
  const clock = { now: 1_000_000 };
  return { clock, policy: new FallbackPolicy(after, () => clock.now) };
}

test("so many hits within the window are enough, whether they could be repeated or not", () => {
  const { policy } = policyAfter(3);
  expect(policy.hit("f@1", "cpu", "answered")).toBeNull();
  expect(policy.hit("f@2", "cpu", "answered")).toBeNull();
  expect(policy.hit("f@1", "memory", "not_repeated")).toBeNull();
  expect(policy.hit("f@1", "cpu", "answered")).toEqual({ hits: { cpu: 2, memory: 1 }, answered: 2 });
  // If nothing came of that, not for the same hits again.
  expect(policy.hit("f@1", "cpu", "answered")).toBeNull();
});

test("hits of long ago do not count", () => {
  const { policy, clock } = policyAfter(2);
  policy.hit("f@1", "cpu", "answered");
  clock.now += windowMs;
  expect(policy.hit("f@1", "cpu", "answered")).toBeNull();
  expect(policy.hit("f@1", "cpu", "answered")).not.toBeNull();
});

test("a version that containers do not help is not tried there for ever", () => {
  const { policy } = policyAfter(2);
  expect(policy.hit("f@1", "cpu", "failed")).toBeNull();
  expect(policy.isOpen("f@1")).toBe(true);
  policy.hit("f@1", "cpu", "failed");
  expect(policy.isOpen("f@1")).toBe(false);
  for (let i = 0; i < 3; i++) expect(policy.hit("f@1", "cpu", "answered")).toBeNull();
  policy.refused("f@2");
  expect(policy.isOpen("f@2")).toBe(false);
});

test("without an engine hits lead nowhere, and with 0 there is no falling back", () => {
  const { policy } = policyAfter(1);
  expect(policy.hit("f@1", "cpu", "unavailable")).toBeNull();
  expect(policy.isOpen("f@1")).toBe(true);
  const { policy: never } = policyAfter(0);
  expect([never.isOpen("f@1"), never.hit("f@1", "cpu", "answered")]).toEqual([false, null]);
});
