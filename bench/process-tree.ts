import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second for user space, whatever the kernel's own tick is. */
const tickUs = 10_000;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuUs: number;
}

/** The process and all that descend from it, itself first. Empty when it is gone. */
export function processTree(root: number): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const stats = all.map((name) => readStat(Number(name))).filter((stat) => stat !== undefined);
  const tree = stats.some((stat) => stat.pid === root) ? [root] : [];
  for (const pid of tree) tree.push(...stats.filter((stat) => stat.parent === pid).map((stat) => stat.pid));
  return tree;
}

/** User and system time of the processes so far, in microseconds. */
export function cpuTimeUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readStat(pid)?.cpuUs ?? 0), 0);
}

/** Resident memory of the processes, in MiB. Pages that they share count once for each. */
export function residentMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + residentKb(pid), 0) / 1024;
}

/** The command line, its arguments joined by blanks; empty when the process is gone. */
export function commandLine(pid: number): string {
  return (readProc(pid, "cmdline") ?? "").replaceAll("\0", " ").trim();
}

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "")?.[1] ?? 0);
}

function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(pid, "stat");
  if (text === undefined) return undefined;
  // The second field is the name in brackets and may hold blanks and brackets: count from its end.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, userTicks, systemTicks] = [fields[0], fields[1], fields[11], fields[12]];
  if (state === "Z") return undefined;
  return { pid, parent: Number(parent), cpuUs: (Number(userTicks) + Number(systemTicks)) * tickUs };
}

/** Processes come and go while we look: one that is gone is no error. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined;
    throw error;
  }
}
