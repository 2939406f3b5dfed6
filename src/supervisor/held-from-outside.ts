import { readFileSync } from "node:fs";

/** Whether a process that does not answer has been stopped by a signal or a debugger, which is no fault of its own. */
export function isHeldFromOutside(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // Behind the name, which may hold anything.
    return /^[Tt] /.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch (error) {
    // It has ended since.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
