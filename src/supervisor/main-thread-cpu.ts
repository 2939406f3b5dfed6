import { readFileSync } from "node:fs";

/**
 * CPU milliseconds that a process's main thread has used. Null where the system does not say
 * (Linux does, in /proc) and when the process has gone.
 */
export function mainThreadCpuMs(pid: number): number | null {
  try {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "latin1").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch (error) {
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}
