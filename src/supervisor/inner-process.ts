import { readFileSync } from "node:fs";

/**
 * The innermost of the processes that were started one by another to launch a confined one: its
 * launcher, the first process of its sandbox, and itself. Only the last has no child.
 */
export function innerProcess(outer: number): number {
  for (let pid = outer; ; ) {
    const child = firstChild(pid);
    if (child === null) return pid;
    pid = child;
  }
}

function firstChild(pid: number): number | null {
  try {
    const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return child === "" ? null : Number(child);
  } catch {
    // It is gone, or this system does not tell: then the outer one has to do.
    return null;
  }
}
