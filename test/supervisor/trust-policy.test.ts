import { beforeEach, describe, expect, test } from "vitest";
import { type LiveFunction, versionKey } from "../../src/core/deployment.ts";
import { TrustPolicy } from "../../src/supervisor/trust-policy.ts";
import { liveFunction } from "./births.ts";

const minute = 60_000;
let now: number;
let policy: TrustPolicy;
const numbers = { quarantineAfter: 5, quarantineMs: minute, longestQuarantineMs: 60 * minute };

beforeEach(() => {
  now = 1_000_000;
  policy = new TrustPolicy(numbers, () => now);
});

const fn = (name: string, version = "1", tenant = name): LiveFunction => ({ ...liveFunction(name, version), tenant });
const state = (of: LiveFunction) => policy.standing(of).state;

/** Lets the quarantine pass without offence; gives its length. */
function sitOut(of: LiveFunction): number {
  const { untilMs } = policy.standing(of);
  const length = (untilMs ?? now) - now;
  now += length;
  expect(policy.release()).toEqual([versionKey(of)]);
  return length;
}

describe("a version", () => {
  test("is no new one by other limits", () => {
    policy.offended(fn("f"), "crashed");
    expect(policy.isQuarantined({ ...fn("f"), limitsId: "lower" })).toBe(true);
  });

  test.each(["crashed", "stalled", "outgrown", "probe", "catastrophic"] as const)(
    "that %s needs no second time",
    (how) => {
      expect(policy.offended(fn("f"), how)).toBe("quarantined");
      expect(policy.standing(fn("f"))).toMatchObject({ state: "quarantined", sinceMs: now, untilMs: now + minute });
      expect(policy.isQuarantined(fn("f", "2"))).toBe(false);
    },
  );

  test("that hits limits is quarantined at the fifth time within a minute", () => {
    for (let i = 0; i < 4; i++) expect(policy.offended(fn("f"), "cpu")).toBe("noted");
    now += minute;
    for (let i = 0; i < 4; i++) expect(policy.offended(fn("f"), "memory")).toBe("noted");
    expect(state(fn("f"))).toBe("trusted");
    expect(policy.offended(fn("f"), "cpu")).toBe("quarantined");
    expect(policy.standing(fn("f"))).toMatchObject({ breaches: 5, reasons: ["memory", "cpu"] });
  });

  test("is judged by what a flood sums up to", () => {
    expect(policy.offended(fn("f"), "cpu", 1_000)).toBe("quarantined");
  });

  test("is released after a period without offence, and each offence begins that anew", () => {
    policy.offended(fn("f"), "crashed");
    now += minute - 1;
    expect(policy.release()).toEqual([]);
    expect(policy.offended(fn("f"), "cpu")).toBe("prolonged");
    expect(policy.nextReleaseMs()).toBe(now + minute);
    expect(sitOut(fn("f"))).toBe(minute);
    expect(state(fn("f"))).toBe("trusted");
    expect(policy.nextReleaseMs()).toBeNull();
  });

  test("stays twice as long each time that it goes on, up to an hour", () => {
    const lengths = Array.from({ length: 9 }, () => {
      policy.offended(fn("f"), "crashed");
      return (policy.standing(fn("f")).untilMs ?? 0) - now;
    });
    expect(lengths.map((ms) => ms / minute)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test("is remembered after its release, and forgiven a level for each period that it is good", () => {
    for (let i = 0; i < 3; i++) policy.offended(fn("f"), "crashed");
    expect(sitOut(fn("f"))).toBe(4 * minute);
    policy.offended(fn("f"), "crashed");
    expect(sitOut(fn("f"))).toBe(8 * minute);
    now += 8 * minute + 4 * minute;
    policy.offended(fn("f"), "crashed");
    expect(sitOut(fn("f"))).toBe(4 * minute);
    now += 60 * minute;
    expect(policy.standing(fn("f"))).toMatchObject({ breaches: 0, reasons: [] });
  });
});

describe("a tenant", () => {
  test("of which three versions were quarantined within a day is not trusted with the next", () => {
    for (const version of ["1", "2", "3"]) {
      expect(policy.deployed(fn("f", version))).toBe("noted");
      policy.offended(fn("f", version), "crashed");
    }
    expect(policy.deployed(fn("g", "1", "f"))).toBe("quarantined");
    expect(policy.standing(fn("g", "1", "f"))).toMatchObject({ state: "quarantined", reasons: ["tenant"] });
    expect(policy.deployed(fn("other"))).toBe("noted");
    now += 24 * 60 * minute;
    expect(policy.deployed(fn("g", "2", "f"))).toBe("noted");
  });

  test("is not judged by one version that does it often", () => {
    for (let i = 0; i < 5; i++) policy.offended(fn("f"), "crashed");
    expect(policy.deployed(fn("f", "2"))).toBe("noted");
  });
});

describe("after a restart", () => {
  /** Of the same policy, as the store gives it back. */
  const restarted = (...functions: LiveFunction[]) => {
    const records = functions.flatMap((of) => policy.record(versionKey(of)) ?? []);
    return new TrustPolicy(numbers, () => now, JSON.parse(JSON.stringify(records)) as typeof records);
  };

  test("a version is where it was, and goes on from there", () => {
    policy.offended(fn("f"), "crashed");
    policy.offended(fn("f"), "stalled");
    const before = policy.standing(fn("f"));
    policy = restarted(fn("f"));
    expect(policy.standing(fn("f"))).toEqual(before);
    expect(sitOut(fn("f"))).toBe(2 * minute);
    policy = restarted(fn("f"));
    policy.offended(fn("f"), "crashed");
    expect(sitOut(fn("f"))).toBe(4 * minute);
  });

  test("a tenant's versions are still counted, for a day", () => {
    const versions = ["1", "2", "3"].map((version) => fn("f", version));
    for (const version of versions) policy.offended(version, "crashed");
    policy = restarted(...versions);
    expect(policy.deployed(fn("g", "1", "f"))).toBe("quarantined");
    now += 25 * 60 * minute;
    policy = restarted(...versions);
    expect(policy.deployed(fn("g", "2", "f"))).toBe("noted");
    expect(policy.quarantined).toBe(0);
  });

  test("there is nothing to remember of what only hit limits now and then", () => {
    policy.offended(fn("f"), "cpu");
    expect(policy.record(versionKey(fn("f")))).toBe(null);
    expect(policy.record("nobody@1")).toBe(null);
  });
});
