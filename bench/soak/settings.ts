import { parseArgs } from "node:util";

export interface SoakSettings {
  /** Deployed, a fifth of them hostile. */
  readonly functions: number;
  /** Isolates to be born in all. */
  readonly births: number;
  /** Of traffic, at most. */
  readonly seconds: number;
  /** Whether the run has failed when births are missing after that time. */
  readonly allBirths: boolean;
  /** From the last request of a phase until memory is looked at: what was in flight ends, what was lost is there again. */
  readonly settleMs: number;
  /** Loops of good requests, one connection each. */
  readonly clients: number;
  /** Hostile requests a second. */
  readonly hostileRate: number;
  readonly warmMemoryMb: number;
  /** Mean time between two kills of a pool process, and of a front. */
  readonly poolKillMs: number;
  readonly frontKillMs: number;
  /** How much more memory there may be after the churn than before, as a factor. */
  readonly mostGrowth: number;
  /** The server's isolation mode; undefined leaves its default. */
  readonly isolation: string | undefined;
  /** Where the server's log goes; undefined for nowhere. */
  readonly logFile: string | undefined;
}

const full = {
  functions: 200,
  births: 5_000,
  seconds: 900,
  allBirths: true,
  settleMs: 5_000,
  poolKillMs: 2_500,
  frontKillMs: 10_000,
  mostGrowth: 1.2,
};
/** Processes that are so young still grow for reasons of their own, so that only a gross leak is found. */
const short: typeof full = {
  functions: 40,
  births: 1_000,
  seconds: 12,
  allBirths: false,
  settleMs: 1_500,
  poolKillMs: 3_000,
  frontKillMs: 3_000,
  mostGrowth: 1.6,
};

export const usage = `npm run soak -- [--short] [--births N] [--functions N] [--seconds N] [--isolation MODE] [--log FILE]
  --short      some 20 s with ${short.functions} functions: a look, not a proof
  --births     isolates to be born (${full.births})
  --functions  deployed functions, a fifth of them hostile (${full.functions})
  --seconds    of traffic at most (${full.seconds})
  --isolation  shared, strict or none
  --log        file for the server's log`;

/** @throws TypeError when an option is unknown or no number. */
export function parseSoakSettings(args: readonly string[]): SoakSettings & { help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      births: { type: "string" },
      functions: { type: "string" },
      seconds: { type: "string" },
      isolation: { type: "string" },
      log: { type: "string" },
    },
  });
  const defaults = values.short ? short : full;
  return {
    ...defaults,
    functions: count("--functions", values.functions, defaults.functions, 20, 2_000),
    births: count("--births", values.births, defaults.births, 50, 100_000),
    seconds: count("--seconds", values.seconds, defaults.seconds, 5, 3_600),
    clients: 8,
    hostileRate: 15,
    warmMemoryMb: 32,
    isolation: values.isolation,
    logFile: values.log,
    help: values.help,
  };
}

function count(option: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new TypeError(`${option} must be a whole number from ${least} to ${most}, not ${text}`);
}
