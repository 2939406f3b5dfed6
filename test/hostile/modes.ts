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
 * In which attacks run: all of them in the first, where strangers share a process; those that can end a process in the
 * others too. What ends an isolate has only its own tenant's beside it in the second; the third meets some of it.
 */
export const isolationModes: readonly IsolationMode[] = [
  { name: "shared", settings: {}, meets: () => true },
  { name: "strict", settings: { ISOLATION: "strict" }, meets: canEndProcess },
  {
    name: "none",
    settings: { ISOLATION: "none" },
    meets: (named) => canEndProcess(named) || attacksOnFronts.has(`${named.group}/${named.name}`),
  },
];
