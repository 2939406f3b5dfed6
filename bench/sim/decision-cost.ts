import { hashOf } from "../../src/scheduler/hash-ring.ts";
import { Placer } from "../../src/scheduler/placer.ts";
import { isolatePriors, poolTuning } from "../../src/scheduler/placer-tuning.ts";
import type { Spot } from "../../src/scheduler/spot.ts";
import { TypicalCosts } from "../../src/scheduler/version-costs.ts";
import { median } from "../statistics.ts";
import { Random } from "./random.ts";

class Counted implements Spot {
  readonly place: number;
  readonly gone = false;
  inFlight = 0;

  constructor(place: number) {
    this.place = place;
  }

  room(): number {
    return 200 - this.inFlight;
  }

  busy(): number {
    return this.inFlight;
  }
}

const rounds = 9;

export interface DecisionCost {
  readonly decideNs: number;
  readonly learnNs: number;
}

/** What one decision and what one observation takes, with so many versions known and places busy as they may be. */
export function decisionCost(versionCount: number, places: number, requests: number): DecisionCost {
  const random = new Random(1);
  const spots = Array.from({ length: places }, (_, place) => new Counted(place));
  let total = 0;
  const parts = { spots, tuning: poolTuning, costs: new TypicalCosts(isolatePriors), totalBusy: () => total };
  const placer = new Placer(parts);
  const versions = Array.from({ length: versionCount }, (_, i) => placer.version(hashOf(`function-${i}`)));
  const decide: number[] = [];
  const learn: number[] = [];
  let nowMs = 0;
  for (let round = 0; round < rounds; round++) {
    // Half of the requests are for a hundredth of the versions.
    const picks = Array.from({ length: requests }, () => {
      const hot = random.next() < 0.5;
      return versions[random.below(hot ? Math.ceil(versionCount / 100) : versionCount)] ?? placer.version(0);
    });
    for (const spot of spots) {
      total -= spot.inFlight;
      spot.inFlight = random.below(20);
      total += spot.inFlight;
    }
    const chosen: Counted[] = [];
    const startMs = performance.now();
    for (const version of picks) {
      nowMs += 0.1;
      chosen.push(placer.choose(version, nowMs) as Counted);
    }
    const decidedMs = performance.now();
    for (const [i, version] of picks.entries()) {
      const spot = chosen[i] as Counted;
      const tookMs = 1 + 0.3 * spot.inFlight;
      placer.learn(version, spot, { x: spot.inFlight, atMs: nowMs }, nowMs + tookMs, { thereMs: 1, startMs: 0 });
    }
    const learntMs = performance.now();
    decide.push(((decidedMs - startMs) / requests) * 1e6);
    learn.push(((learntMs - decidedMs) / requests) * 1e6);
  }
  return { decideNs: median(decide), learnNs: median(learn) };
}
