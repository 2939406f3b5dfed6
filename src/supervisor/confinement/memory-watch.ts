import { readFileSync } from "node:fs";
import type { Timers } from "../timers.ts";

export interface Watched {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly ready: Promise<object | null>;
  readonly dead: Promise<unknown>;
  kill(reason: "memory_limit"): void;
}

/**
 * Kills a process that holds more memory than it may. Guests can take memory that isolated-vm does
 * not count, so that limits of isolates alone do not keep the machine from running out.
 */
export async function watchMemory(
  process: Watched,
  { timers, everyMs, limitMb }: { timers: Timers; everyMs: number; limitMb: number },
): Promise<void> {
  // Before that no guest runs in it.
  if (!(await process.ready)) return;
  const { pid } = process;
  if (pid === undefined) return;
  const stop = timers.every(everyMs, () => {
    const residentKb = readResidentKb(pid);
    if (residentKb !== null && residentKb > limitMb * 1024) process.kill("memory_limit");
  });
  await process.dead;
  stop();
}

/** Null when the process is gone. Not statm: its pages are not of one size on all machines. */
export function readResidentKb(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kb === undefined ? null : Number(kb);
  } catch {
    return null;
  }
}
