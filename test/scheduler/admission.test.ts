import { describe, expect, test } from "vitest";
import type { Admittable } from "../../src/core/admission.ts";
import type { LiveFunction } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import { defaultLimits, type Limits, type RequestLimits } from "../../src/core/limits.ts";
import { Admission } from "../../src/scheduler/admission.ts";
import { RequestGate } from "../../src/scheduler/request-gate.ts";

function functionWith(limits: Partial<Limits>, name = "f"): LiveFunction {
  const all = { ...defaultLimits, ...limits };
  return { name, tenant: "t", group: "shared", versionId: "0".repeat(64), routes: [], limits: all };
}

const requestOf = (fn: LiveFunction): Admittable => ({ fn, startedAtMs: 0, gates: undefined });

function limitsWith(limits: Partial<RequestLimits>): RequestLimits {
  return { ...defaultLimits, ...limits };
}

function setUp(tenantLimits: Partial<RequestLimits> = {}, fronts = 1) {
  const clock = { ms: 0 };
  const told: string[] = [];
  const admission = new Admission({
    tenantLimits: limitsWith(tenantLimits),
    fronts,
    tell: (demands) => told.push(...demands.map(({ key }) => key)),
    nowMs: () => clock.ms,
  });
  const enter = (fn: LiveFunction) => {
    const request = requestOf(fn);
    try {
      admission.enter(request);
      return request;
    } catch (error) {
      return error as IsletError;
    }
  };
  return { admission, clock, enter, told };
}

describe("admission", () => {
  test("keeps nothing of functions without a limit", () => {
    const { admission, enter } = setUp();
    const request = enter(functionWith({})) as Admittable;
    expect(request.gates).toBeUndefined();
    expect(admission.size).toBe(0);
    admission.leave(request);
  });

  test("counts each request off once, whoever says that it is over, and none that was refused", () => {
    const { admission, enter } = setUp();
    const fn = functionWith({ requestsInFlight: 1 });
    const first = enter(fn) as Admittable;
    const refused = requestOf(fn);
    expect(() => admission.enter(refused)).toThrow(IsletError);
    admission.leave(refused);
    expect(enter(fn)).toMatchObject({ code: "too_many_requests", refusal: "function_in_flight" });
    for (let i = 0; i < 3; i++) admission.leave(first);
    expect(enter(fn)).not.toBeInstanceOf(IsletError);
    expect(enter(fn)).toBeInstanceOf(IsletError);
  });

  test("what the tenant's limit refuses does not count for the function's", () => {
    const { admission, enter } = setUp({ requestsInFlight: 1 });
    const [limited, other] = [functionWith({ requestsInFlight: 1 }, "limited"), functionWith({}, "other")];
    const first = enter(other) as Admittable;
    expect(enter(limited)).toMatchObject({ refusal: "tenant_in_flight" });
    admission.leave(first);
    expect(enter(limited)).not.toBeInstanceOf(IsletError);
  });

  test("another version's limits count from its first request on, with what is there", () => {
    const { enter } = setUp();
    enter(functionWith({ requestsInFlight: 5 }));
    enter(functionWith({ requestsInFlight: 5 }));
    expect(enter(functionWith({ requestsInFlight: 2 }))).toBeInstanceOf(IsletError);
    expect(enter(functionWith({ requestsInFlight: 3 }))).not.toBeInstanceOf(IsletError);
  });

  test("says when to come again", () => {
    const { clock, enter } = setUp();
    const fn = functionWith({ requestsPerSecond: 2, requestBurst: 1 });
    enter(fn);
    const refused = enter(fn) as IsletError;
    expect(refused).toMatchObject({ code: "rate_limited", status: 429, retryAfterMs: 500 });
    clock.ms += 499;
    expect(enter(fn)).toBeInstanceOf(IsletError);
    clock.ms += 1;
    expect(enter(fn)).not.toBeInstanceOf(IsletError);
  });
});

describe("a gate", () => {
  /** How many of a flood pass at each moment. */
  function passing(gate: RequestGate, nowMs: number, asked = 1_000): number {
    let passed = 0;
    for (let i = 0; i < asked; i++) {
      if (gate.refusal(nowMs)) continue;
      gate.enter(nowMs);
      passed++;
    }
    return passed;
  }

  test("lets a burst pass, and then as many a second as it may", () => {
    const gate = new RequestGate(limitsWith({ requestsPerSecond: 10, requestBurst: 5 }), 1);
    expect(passing(gate, 0)).toBe(5);
    let later = 0;
    for (let ms = 1; ms <= 10_000; ms++) later += passing(gate, ms, 10);
    expect(later).toBe(100);
  });

  test("gathers no more than a burst, however long it was left alone, and by default a second's worth", () => {
    const gate = new RequestGate(limitsWith({ requestsPerSecond: 10 }), 1);
    expect(passing(gate, 1e9)).toBe(10);
    expect(passing(gate, 2e9)).toBe(10);
  });

  test("counts down for what is over, and not below nothing", () => {
    const gate = new RequestGate(limitsWith({ requestsInFlight: 2 }), 1);
    expect(passing(gate, 0)).toBe(2);
    gate.leave(Number.NEGATIVE_INFINITY);
    expect(gate.refusal(0)).toBeUndefined();
    gate.enter(0);
    expect(gate.refusal(0)?.retryAfterMs).toBeGreaterThan(0);
    expect(Number.isFinite(gate.refusal(0)?.retryAfterMs)).toBe(true);
  });

  /** Fronts that hear of each other each 20 ms, and of whom `asking` have requests. */
  function flood(gates: RequestGate[], asking: (ms: number, i: number) => boolean, untilMs: number): number {
    let passed = 0;
    for (let ms = 0; ms < untilMs; ms++) {
      for (const [i, gate] of gates.entries()) if (asking(ms, i)) passed += passing(gate, ms, 5);
      if (ms % 20 !== 0) continue;
      for (const gate of gates) {
        const others = { inFlight: 0, admitted: 0, asked: 0 };
        for (const { inFlight, admitted, asked } of gates.filter((other) => other !== gate)) {
          others.inFlight += inFlight;
          others.admitted += admitted;
          others.asked += asked;
        }
        gate.heard(others, ms);
      }
    }
    return passed;
  }

  const limits = limitsWith({ requestsPerSecond: 100, requestBurst: 20 });
  test.each([
    ["all fronts alike", () => true],
    ["one of them", (_: number, i: number) => i === 0],
    ["one after the other", (ms: number, i: number) => Math.floor(ms / 250) % 4 === i],
    ["one of them more", (ms: number, i: number) => i === 0 || ms % 50 === 0],
  ])("over four fronts its rate holds when %s are asked", (_, asking) => {
    const gates = Array.from({ length: 4 }, () => new RequestGate(limits, 4));
    // 20 at once, 1,000 in ten seconds, and what the fronts do within one exchange.
    const passed = flood(gates, asking, 10_000);
    expect(passed).toBeLessThanOrEqual(1_020 + 4 * 20);
    expect(passed).toBeGreaterThanOrEqual(900);
  });

  test("over four fronts no more are in flight than the limit, and one for each other front", () => {
    const gates = Array.from({ length: 4 }, () => new RequestGate(limitsWith({ requestsInFlight: 10 }), 4));
    const passed = flood(gates, () => true, 1_000);
    expect(passed).toBeGreaterThanOrEqual(10);
    expect(passed).toBeLessThanOrEqual(13);
  });

  test("one front has all of the limit when the others have no requests", () => {
    const gates = Array.from({ length: 4 }, () => new RequestGate(limitsWith({ requestsInFlight: 10 }), 4));
    expect(flood(gates, (_, i) => i === 2, 1_000)).toBe(10);
  });

  test("alone again it takes nobody else into account", () => {
    const gate = new RequestGate(limitsWith({ requestsInFlight: 10 }), 2);
    gate.heard({ inFlight: 9, admitted: 100, asked: 100 }, 0);
    expect(passing(gate, 0)).toBe(1);
    gate.setFronts(1);
    expect(passing(gate, 0)).toBe(9);
  });
});
