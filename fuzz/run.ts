import { parseArgs } from "node:util";
import { Found, runCorpus, runRandom } from "./engine.ts";
import { allTargets } from "./targets/all.ts";

const usage = `npm run fuzz -- [--target NAME]… [--seconds N] [--seed S]

  --target   ${allTargets.map(({ name }) => name).join(", ")}; all of them in turn when none is named
  --seconds  for each target; without it they go round until Ctrl-C
  --seed     a run with the same seed has the same inputs`;

/** How long a target has its turn when there is no end. */
const turnSeconds = 60;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: "string", multiple: true },
      seconds: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const targets = allTargets.filter(({ name }) => !values.target || values.target.includes(name));
  const seconds = values.seconds === undefined ? turnSeconds : Number(values.seconds);
  let seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (values.help || targets.length === 0 || !(seconds >= 0) || !Number.isSafeInteger(seed)) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  let failures = 0;
  do {
    for (const target of targets) {
      if (stop.signal.aborted) break;
      const running = await target.start();
      try {
        const known = await runCorpus(target, running);
        console.log(`${target.name}: ${known} inputs of the corpus; seed ${seed} for ${seconds} s`);
        const inputs = await runRandom(target, running, seed, seconds, stop.signal);
        console.log(`${target.name}: ${inputs} inputs, nothing found`);
      } catch (error) {
        if (!(error instanceof Found)) throw error;
        failures++;
        console.error(error);
      } finally {
        await running.close();
      }
    }
    seed++;
  } while (values.seconds === undefined && !stop.signal.aborted);
  return failures === 0 ? 0 : 1;
}
