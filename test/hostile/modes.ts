import type { NamedAttack } from "./attack-files.ts";

export interface IsolationMode {
  readonly name: "shared" | "strict" | "none";
  /** As in the environment, less "ISLET_". */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Whether an attack is run in this mode. */
  meets(attack: NamedAttack): boolean;
}

const canEndProcess = ({ attack }: NamedAttack): boolean => attack.severity === "process";

/**
 * What is run with the pool in the front beside what can end a process: what is likeliest to meet the front's own work.
 * Of the rest, where the pool is makes no difference.
 */
export const attacksOnFronts: ReadonlySet<string> = new Set([
  // Memory that V8 does not count.
  "memory/wasm-memories",
  // Deaths of isolates, and floods.
  ...["loops/endless-loop", "loops/microtasks", "loops/wait-until"],
  ...["floods/console", "floods/timers"],
]);

/**
 * One or two of each way to end a process: of what ends it in the same way the suite tries these in all modes. Those at an
 * upload end the spare alone, as they do in every mode; that, and what would end it if memory were not counted, is seen in one.
 */
export const oneOfEachWay: ReadonlySet<string> = new Set([
  // V8 aborts it, in a request and at an upload.
  ...["memory/concat-split", "memory/top-level-crash"],
  // It would hold too much memory.
  "memory/wasm-memories",
  // It hangs: in a request, after the answer, on a thread, at an upload, and over and over.
  ...["stalls/array-fill", "stalls/in-wait-until", "stalls/on-a-thread", "stalls/at-top-level"],
  "stalls/again-and-again",
]);

/** Groups of which many attacks end a process. */
const isTriedThoroughly = ({ group }: NamedAttack): boolean => group === "memory" || group === "stalls";

/**
 * In which attacks run: all of them in the first, where strangers share a process; those that can end a process in the
 * others too. What ends an isolate has only its own tenant's beside it in the second; the third meets some of it.
 *
 * @param all as `npm run hostile` does, which takes minutes more; else one or two of each way to end a process.
 */
export function isolationModes(all = process.env.TEST_ATTACKS === "all"): readonly IsolationMode[] {
  const endsProcess = (named: NamedAttack): boolean => {
    const isOne = oneOfEachWay.has(`${named.group}/${named.name}`);
    return canEndProcess(named) ? all || isOne || !isTriedThoroughly(named) : all && isOne;
  };
  return [
    { name: "shared", settings: {}, meets: () => true },
    { name: "strict", settings: { ISOLATION: "strict" }, meets: endsProcess },
    {
      name: "none",
      settings: { ISOLATION: "none" },
      meets: (named) => endsProcess(named) || attacksOnFronts.has(`${named.group}/${named.name}`),
    },
  ];
}
