import { describe, expect, test } from "vitest";
import { hashOf } from "../../src/scheduler/hash-ring.ts";
import type { PlacedVersion } from "../../src/scheduler/placed-version.ts";
import { Placer } from "../../src/scheduler/placer.ts";
import { poolTuning } from "../../src/scheduler/placer-tuning.ts";
import type { Spot } from "../../src/scheduler/spot.ts";
import { TypicalCosts } from "../../src/scheduler/version-costs.ts";

class TestSpot implements Spot {
  readonly place: number;
  gone = false;
  inFlight = 0;
  limit = 200;

  constructor(place: number) {
    this.place = place;
  }

  room(): number {
    return this.limit - this.inFlight;
  }

  busy(): number {
    return this.inFlight;
  }
}

const priors = { delay: { slope: 1, intercept: 1, weight: 1 }, start: { slope: 0, intercept: 2, weight: 1 } };
const warm = { thereMs: 1, startMs: 0 };
const cold = { thereMs: 3, startMs: 2 };

function setUp(count: number) {
  const spots = Array.from({ length: count }, (_, place) => new TestSpot(place));
  const totalBusy = () => spots.reduce((sum, { inFlight }) => sum + inFlight, 0);
  const placer = new Placer({ spots, tuning: poolTuning, costs: new TypicalCosts(priors), totalBusy });
  const version = placer.version(hashOf("f"));
  for (const x of [0, 1, 2, 3]) version.costs.observe(x, 2 + x, warm);
  return { spots, placer, version };
}

/** A request is sent and answered at once, as its lines foretell. */
function serve(placer: Placer<TestSpot>, version: PlacedVersion<TestSpot>, nowMs: number): TestSpot {
  const before = placer.counts;
  const wasNew = before.new_home + before.new_bounded + before.new_cheaper + before.new_spread + before.new_full;
  const spot = placer.choose(version, nowMs) as TestSpot;
  const isNew =
    placer.counts.new_home + placer.counts.new_bounded + placer.counts.new_cheaper + placer.counts.new_spread > wasNew;
  const x = spot.busy();
  const tookMs = isNew ? version.costs.newAt(x) : version.costs.warmAt(x);
  placer.learn(version, spot, { x, atMs: nowMs }, nowMs + tookMs, isNew ? cold : warm);
  return spot;
}

describe("a cold function", () => {
  test("has a home, and is warm there and nowhere else", () => {
    const { placer, version } = setUp(8);
    const homes = new Set(Array.from({ length: 50 }, (_, i) => serve(placer, version, i * 1_000)));
    expect(homes.size).toBe(1);
    expect(placer.counts).toMatchObject({ new_home: 1, warm_home: 49 });
  });

  test("is not put where more than a share of the load is", () => {
    const { placer, version, spots } = setUp(8);
    const home = setUp(8).placer;
    const { place } = home.choose(home.version(hashOf("f")), 0) as TestSpot;
    (spots[place] as TestSpot).inFlight = 20;
    expect(placer.choose(version, 0)?.place).not.toBe(place);
    expect(placer.counts.new_bounded).toBe(1);
  });
});

describe("a hot function", () => {
  test("gets another instance when its requests have lost the price of one", () => {
    const { placer, version } = setUp(4);
    const home = serve(placer, version, 0);
    home.inFlight = 10;
    const places = Array.from({ length: 12 }, (_, i) => serve(placer, version, 100 + i / 100));
    expect(places[0]).toBe(home);
    // Each has lost 10 ms: with the fifth they have paid for it, and those that follow wait for its start, which is shorter.
    expect(places.findIndex((place) => place !== home)).toBe(4);
    expect(serve(placer, version, 1_000)).toBe(version.warm[1]?.spot);
    expect(placer.counts.new_spread).toBe(1);
    expect(version.notes.map(({ kind }) => kind)).toEqual(["new_home", "new_spread"]);
  });

  test("gets it at once where that is cheaper than to wait", () => {
    const { placer, version } = setUp(4);
    serve(placer, version, 0).inFlight = 150;
    serve(placer, version, 100);
    expect(placer.counts.new_cheaper).toBe(1);
  });

  test("does not get it for a few requests that lose little", () => {
    const { placer, version } = setUp(4);
    const home = serve(placer, version, 0);
    home.inFlight = 10;
    // A loss of 10 ms every ten seconds never pays for a cold start of 2 ms that is counted for 40.
    for (let i = 1; i < 200; i++) expect(serve(placer, version, i * 10_000)).toBe(home);
  });

  test("shrinks again when it is not hot any more", () => {
    const { placer, version } = setUp(4);
    const home = serve(placer, version, 0);
    home.inFlight = 150;
    serve(placer, version, 100);
    expect(version.warm.length).toBe(2);
    home.inFlight = 0;
    for (let t = 200; t < 60_000; t += 500) expect(serve(placer, version, t)).toBe(home);
    expect(version.warm.map(({ spot }) => spot)).toEqual([home]);
  });

  test("whose time is not the place's stays where it is", () => {
    const { placer, version } = setUp(4);
    const home = serve(placer, version, 0);
    for (let i = 0; i < 400; i++) {
      // Its own time is long and varies.
      const ownMs = 50 + ((i * 37) % 100);
      version.costs.observe(i % 30, 1 + ownMs, { thereMs: ownMs, startMs: 0 });
    }
    home.inFlight = 30;
    for (let i = 0; i < 500; i++) expect(placer.choose(version, 100 + i)).toBe(home);
  });
});

test("a herd that comes to a version of which nothing is known is sent to one place", () => {
  const { placer } = setUp(4);
  const version = placer.version(hashOf("g"));
  for (let i = 0; i < 100; i++) {
    const spot = placer.choose(version, 0);
    if (spot) spot.inFlight++;
  }
  expect(version.warm.length).toBe(1);
});

test("where there is one place there is no choice", () => {
  const { placer, version, spots } = setUp(1);
  expect(placer.choose(version, 0)).toBe(spots[0]);
  (spots[0] as TestSpot).limit = 0;
  expect(placer.choose(version, 0)).toBeUndefined();
  expect(placer.counts.only).toBe(1);
});

test("a place that is gone is not chosen again", () => {
  const { placer, version, spots } = setUp(3);
  const home = serve(placer, version, 0);
  home.gone = true;
  const left = spots.filter((spot) => spot !== home);
  const costs = new TypicalCosts(priors);
  const next = new Placer({ spots: left, tuning: poolTuning, costs, totalBusy: () => 0 }, placer.counts);
  expect(left).toContain(next.choose(version, 1));
});

test("requests that waited for another's cold start do not count as warm ones", () => {
  const { placer, version } = setUp(2);
  const spot = placer.choose(version, 0) as TestSpot;
  expect(placer.choose(version, 1)).toBe(spot);
  placer.learn(version, spot, { x: 0, atMs: 0 }, 500, cold);
  placer.learn(version, spot, { x: 1, atMs: 1 }, 501, warm);
  expect([version.costs.start.count, version.costs.delay.count]).toEqual([1, 5]);
});

describe("what a place says of its isolates", () => {
  test("that one is gone: it is cold there", () => {
    const { placer, version } = setUp(4);
    const home = serve(placer, version, 0);
    version.nowCold(home);
    expect(version.warm).toEqual([]);
    serve(placer, version, 1);
    expect(placer.counts.new_home).toBe(2);
  });

  test("that another front has had one loaded: it is warm there", () => {
    const { placer, version, spots } = setUp(4);
    const home = serve(placer, version, 0);
    const other = spots.find((spot) => spot !== home) as TestSpot;
    version.nowWarm(other, 1);
    version.nowWarm(other, 2);
    expect(version.warm.length).toBe(2);
    home.inFlight = 5;
    expect(serve(placer, version, 3)).toBe(other);
    expect(placer.counts).toMatchObject({ warm_other: 1, new_spread: 0, new_cheaper: 0 });
  });
});

test("a version's own time is no reason to spread it, however it varies, nor is it taken for its start", () => {
  const { version } = setUp(4);
  for (let i = 0; i < 400; i++) {
    const ownMs = 10_000 * ((i * 7_919) % 97);
    version.costs.observe(i % 3, ownMs + 1 + 2 * (i % 3), { thereMs: ownMs, startMs: 0 });
  }
  version.costs.observe(0, 900_003, { thereMs: 900_002, startMs: 2 });
  expect(version.costs.delay.slope).toBeCloseTo(2, 1);
  expect(version.costs.placement.intercept - version.costs.balancing.intercept).toBeCloseTo(2, 1);
});
