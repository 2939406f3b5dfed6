import { commandLine } from "./process-tree.ts";

export type ProcessKind = "front" | "pool";

/** What the command line of a kind has, and no other has. */
const program: Record<ProcessKind, RegExp> = { front: /\bfront(-\w+\.cjs|\.ts)\b/, pool: /\bpool\.cjs\b/ };

/** Islet's processes of a kind, without what confines them and has the same words in its command line. */
export function processesOf(pids: readonly number[], kind: ProcessKind): number[] {
  return pids.filter((pid) => {
    const command = commandLine(pid);
    return command.startsWith(process.execPath) && program[kind].test(command);
  });
}
