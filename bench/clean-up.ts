import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processTree } from "./process-tree.ts";

// Whatever way the bench ends, nothing it started and no folder it made stays behind.
const folders: string[] = [];
process.on("exit", () => {
  killAll(processTree(process.pid).filter((pid) => pid !== process.pid));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

/** A new folder that goes when the bench ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "islet-bench-"));
  folders.push(folder);
  return folder;
}

/** SIGKILL to each; those that are gone already are no error. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
