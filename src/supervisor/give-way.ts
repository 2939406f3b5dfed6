import { existsSync, readdirSync } from "node:fs";
import { setPriority } from "node:os";

/** A tenth of the processor's time where others want all of it, and all of it where nobody does. */
const niceness = 10;

/** Has a process run behind all others. On Linux each thread has a niceness of its own, and hands it on to those it makes. */
export function giveWay(pid: number): void {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return;
  for (const thread of readdirSync(threads)) {
    try {
      setPriority(Number(thread), niceness);
    } catch (error) {
      // It has ended meanwhile.
      if (existsSync(`${threads}/${thread}`)) throw error;
    }
  }
}
