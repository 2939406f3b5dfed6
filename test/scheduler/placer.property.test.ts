import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf } from "../../src/scheduler/hash-ring.ts";
import { Placer } from "../../src/scheduler/placer.ts";
import { isolatePriors, poolTuning } from "../../src/scheduler/placer-tuning.ts";
import type { Spot } from "../../src/scheduler/spot.ts";
import { TypicalCosts } from "../../src/scheduler/version-costs.ts";

class Counted implements Spot {
  readonly place: number;
  readonly gone = false;
  readonly limit: number;
  inFlight = 0;

  constructor(place: number, limit: number) {
    this.place = place;
    this.limit = limit;
  }

  room(): number {
    return this.limit - this.inFlight;
  }

  busy(): number {
    return this.inFlight;
  }
}

const step = fc.record({
  version: fc.nat(9),
  afterMs: fc.nat(3_000),
  tookMs: fc.double({ min: 0, max: 500, noNaN: true }),
  cold: fc.boolean(),
  /** How many of those in flight are answered before. */
  answered: fc.nat(4),
});

test("a place is found as long as one has room, has room itself, and the same steps give the same places", () => {
  const limits = fc.array(fc.nat(6), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 150 }), (limits, steps) => {
      const run = () => {
        const spots = limits.map((limit, place) => new Counted(place, limit));
        const totalBusy = () => spots.reduce((sum, { inFlight }) => sum + inFlight, 0);
        const placer = new Placer({ spots, tuning: poolTuning, costs: new TypicalCosts(isolatePriors), totalBusy });
        const versions = Array.from({ length: 10 }, (_, i) => placer.version(hashOf(`v${i}`)));
        const running: (() => void)[] = [];
        let nowMs = 0;
        const places = steps.map(({ version: i, afterMs, tookMs, cold, answered }) => {
          for (const answer of running.splice(0, answered)) answer();
          nowMs += afterMs;
          const version = versions[i] ?? placer.version(0);
          const atMs = nowMs;
          expect(placer.hasRoom()).toBe(spots.some((spot) => spot.room() > 0));
          const spot = placer.choose(version, atMs);
          if (!spot) {
            expect(placer.hasRoom()).toBe(false);
            return -1;
          }
          expect(spot.room()).toBeGreaterThan(0);
          const x = spot.inFlight++;
          running.push(() => {
            spot.inFlight--;
            placer.learn(version, spot, { x, atMs }, atMs + tookMs, {
              thereMs: tookMs / 2,
              startMs: cold ? tookMs / 4 : 0,
            });
          });
          expect(version.warm.length).toBeLessThanOrEqual(spots.length);
          return spot.place;
        });
        const sent = places.filter((place) => place >= 0).length;
        expect(Object.values(placer.counts).reduce((sum, count) => sum + count, 0)).toBe(sent);
        return places;
      };
      expect(run()).toEqual(run());
    }),
  );
});
