import { expect, test } from "vitest";
import { KeepScore } from "../../src/core/keep-score.ts";

const minute = 60_000;

function scored(costMs: number, bytes: number, uses: readonly number[]): number {
  const score = new KeepScore(costMs, bytes);
  for (const nowMs of uses) score.used(nowMs);
  return score.value;
}

test("of equal ones used once, the one used longest ago is worth least", () => {
  expect(scored(3, 1e6, [minute])).toBeLessThan(scored(3, 1e6, [2 * minute]));
});

test("more uses, a higher cost and a smaller size are each worth more", () => {
  const plain = scored(3, 1e6, [minute]);
  expect(scored(3, 1e6, [0, minute])).toBeGreaterThan(plain);
  expect(scored(6, 1e6, [minute])).toBeCloseTo(plain + 1);
  expect(scored(3, 5e5, [minute])).toBeCloseTo(plain + 1);
});

test("what was used often long ago yields to what is used now", () => {
  const often = Array.from({ length: 1_000 }, (_, i) => i);
  expect(scored(3, 1e6, often)).toBeGreaterThan(scored(3, 1e6, [10 * minute]));
  expect(scored(3, 1e6, often)).toBeLessThan(scored(3, 1e6, [60 * minute]));
});

/** The same figures each time (Park and Miller's generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Kept {
  readonly costMs: number;
  readonly bytes: number;
  readonly score: KeepScore;
  lastMs: number;
}

/** Time spent on loads when functions are asked for by Zipf's law, with memory for a fifth of them. */
function loadMs(worth: (kept: Kept) => number): number {
  const random = seeded(7);
  const count = 200;
  const all = Array.from({ length: count }, (): Kept => {
    // Most are small and quick, some take ten times as much of either.
    const costMs = 2 + 20 * random() ** 4;
    const bytes = 2e6 + 20e6 * random() ** 4;
    return { costMs, bytes, score: new KeepScore(costMs, bytes), lastMs: 0 };
  });
  const limit = all.reduce((sum, { bytes }) => sum + bytes, 0) / 5;
  const kept = new Set<Kept>();
  let [held, spent] = [0, 0];
  for (let nowMs = 0; nowMs < 30 * minute; nowMs += 200) {
    const asked = all[Math.floor(count ** random()) - 1];
    if (!asked) continue;
    if (!kept.has(asked)) {
      // As the pool has it: nothing is known of one that is loaded anew.
      Object.assign(asked, { score: new KeepScore(asked.costMs, asked.bytes) });
      spent += asked.costMs;
      held += asked.bytes;
      kept.add(asked);
    }
    asked.score.used(nowMs);
    asked.lastMs = nowMs;
    if (held <= limit) continue;
    for (const one of [...kept].sort((a, b) => worth(a) - worth(b))) {
      if (held <= limit) break;
      held -= one.bytes;
      kept.delete(one);
    }
  }
  return spent;
}

test("less time goes into loads than with least recently used, at equal memory", () => {
  const lru = loadMs(({ lastMs }) => lastMs);
  const scores = loadMs(({ score }) => score.value);
  expect(scores).toBeLessThan(0.8 * lru);
});
