import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export interface BenchSettings {
  /** Names of scenarios to run; empty for all (with --quick: all quick ones). */
  readonly scenarios: readonly string[];
  /** Names of peers to start; empty for all. */
  readonly peers: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  /** Length of one round of load. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly coldFunctions: number;
  readonly denseFunctions: number;
  readonly deploys: number;
  readonly coldContainers: number;
  readonly thaws: number;
  readonly kills: number;
  readonly outDir: string;
}

const full = {
  rounds: 5,
  seconds: 5,
  warmUpSeconds: 2,
  coldFunctions: 200,
  denseFunctions: 200,
  deploys: 20,
  coldContainers: 8,
  thaws: 30,
  kills: 5,
};
const quick = {
  rounds: 1,
  seconds: 1,
  warmUpSeconds: 1,
  coldFunctions: 10,
  denseFunctions: 20,
  deploys: 3,
  coldContainers: 3,
  thaws: 5,
  kills: 1,
};

export const usage = `npm run bench -- [--quick] [--scenario NAME]… [--peer NAME]… [--rounds N] [--seconds N] [--out DIR]
  --quick     short rounds of a few scenarios; needs --out, so that the real results stay
  --scenario  one scenario; may be given again (--list names them)
  --peer      one peer; may be given again
  --rounds    rounds of load for each peer, alternated (${full.rounds})
  --seconds   length of a round (${full.seconds})
  --out       where results go (bench/results)`;

/** @throws TypeError when an option is unknown or no number. */
export function parseSettings(args: readonly string[]): BenchSettings & { list: boolean; help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      scenario: { type: "string", multiple: true, default: [] },
      peer: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      seconds: { type: "string" },
      out: { type: "string" },
    },
  });
  const defaults = values.quick ? quick : full;
  const scenarios = values.scenario;
  if (values.quick && values.out === undefined) throw new TypeError("--quick needs --out DIR");
  return {
    ...defaults,
    scenarios,
    peers: values.peer,
    quick: values.quick,
    rounds: count("--rounds", values.rounds, defaults.rounds, 100),
    seconds: count("--seconds", values.seconds, defaults.seconds, 120),
    outDir: values.out ?? fileURLToPath(new URL("results/", import.meta.url)),
    list: values.list,
    help: values.help,
  };
}

function count(option: string, text: string | undefined, otherwise: number, atMost: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= atMost) return number;
  throw new TypeError(`${option} must be a whole number from 1 to ${atMost}, not ${text}`);
}
