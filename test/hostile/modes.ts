import type { NamedAttack } from "./attack-files.ts";

export interface IsolationMode {
  readonly name: "shared" | "strict" | "none";
  /** As in the environment, less "ISLET_". */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Whether an attack is run in this mode. */
  meets(attack: NamedAttack): boolean;
}

/**
 * What is run with the pool in the front: each way for a process to end, and what is likeliest to meet the
 * front's own work. Of the rest, where the pool is makes no difference.
 */
export const attacksOnFronts: ReadonlySet<string> = new Set([
  // Stalls, on the main thread and on another, before the answer and behind it.
  ...["stalls/last-index-of", "stalls/after-await", "stalls/in-wait-until", "stalls/array-fill"],
  // Aborts, threads that V8 parks, memory that it does not count.
  ...["memory/map", "memory/weak-map", "memory/wasm-memories"],
  // Deaths of isolates, and floods.
  ...["loops/endless-loop", "loops/microtasks", "loops/wait-until"],
  ...["floods/console", "floods/timers", "floods/unhandled-rejections"],
]);

/**
 * In which attacks run: all of them in the first, where strangers share a process; those that can end a process in the
 * second, where what ends an isolate has only its own tenant's beside it; some in the third.
 */
export const isolationModes: readonly IsolationMode[] = [
  { name: "shared", settings: {}, meets: () => true },
  { name: "strict", settings: { ISOLATION: "strict" }, meets: ({ attack }) => attack.severity === "process" },
  {
    name: "none",
    settings: { ISOLATION: "none" },
    meets: ({ group, name }) => attacksOnFronts.has(`${group}/${name}`),
  },
];
