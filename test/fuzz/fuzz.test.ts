import { expect, test } from "vitest";
import { runCorpus, runRandom } from "../../fuzz/engine.ts";
import { allTargets } from "../../fuzz/targets/all.ts";

/** Of all targets together, beside their corpora. `npm run fuzz` goes on for as long as wished. */
const seconds = Number(process.env.FUZZ_SECONDS ?? 10) / allTargets.length;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

test.each(allTargets.map((target) => [target.name, target] as const))(
  `what reads %s takes its corpus and random inputs (seed ${seed})`,
  async (_, target) => {
    const running = await target.start();
    try {
      expect(await runCorpus(target, running)).toBeGreaterThan(0);
      expect(await runRandom(target, running, seed, seconds)).toBeGreaterThan(0);
    } finally {
      await running.close();
    }
  },
  120_000 + seconds * 1_000,
);
