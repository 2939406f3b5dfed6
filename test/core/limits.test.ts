import { describe, expect, test } from "vitest";
import { defaultLimits, heldTo, nameOfHeld } from "../../src/core/limits.ts";

describe("limits that are held to others", () => {
  test("are the lower of both, each by itself", () => {
    const held = heldTo({ ...defaultLimits, cpuMs: 500, timers: 10 }, { cpuMs: 50, timers: 20 });
    expect(held).toEqual({ ...defaultLimits, cpuMs: 50, timers: 10 });
  });

  test.each([
    [{ requestsPerSecond: 100, requestBurst: 0 }, { requestBurst: 10 }, 10],
    [{ requestsPerSecond: 100, requestBurst: 50 }, { requestBurst: 10 }, 10],
    [{ requestsPerSecond: 5, requestBurst: 0 }, { requestBurst: 10 }, 0],
    [{ requestsPerSecond: 100, requestBurst: 0 }, { requestsPerSecond: 5, requestBurst: 10 }, 0],
    [{ requestsPerSecond: 100, requestBurst: 50 }, { requestBurst: 0 }, 50],
    [{ requestsPerSecond: 10, requestBurst: 50 }, { requestBurst: 0 }, 10],
    [{ requestsPerSecond: 10, requestBurst: 50 }, {}, 50],
    [{}, { requestBurst: 10 }, 0],
  ])("have no larger burst: %j, of at most %j", (own, most, burst) => {
    expect(heldTo({ ...defaultLimits, ...own }, most).requestBurst).toBe(burst);
  });

  test("have a name of their own only where a function's isolate sees a difference", () => {
    const fewerRequests = { ...defaultLimits, requestsPerSecond: 5, requestBurst: 1, requestBodyBytes: 10 };
    expect(nameOfHeld(fewerRequests, defaultLimits)).toBeUndefined();
    const names = [10, 20, 10].map((cpuMs) => nameOfHeld({ ...defaultLimits, cpuMs }, defaultLimits));
    expect(names[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(names[1]).not.toBe(names[0]);
    expect(names[2]).toBe(names[0]);
  });
});
