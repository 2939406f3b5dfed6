import { rmSync } from "node:fs";
import type { FromFront, FromPool, ToFront, ToPool } from "../core/messages.ts";
import { BlameFile } from "./blame-file.ts";
import { Child, type ChildOptions } from "./child.ts";
import type { RunDirectory } from "./run-directory.ts";

/** Between the end of an entry, which isolated-vm enforces, and the answer to a beat. */
const allowanceGraceMs = 500;

export class FrontChild extends Child<ToFront, FromFront> {}

/** A pool process, with its socket and the note that it leaves about the version it runs. */
export class PoolChild extends Child<ToPool, FromPool> {
  readonly socketPath: string;
  /** A bundle is being evaluated in it. */
  checking = false;
  /** The isolate key of the version that it was in when it died. */
  diedIn: string | null = null;

  constructor(options: Omit<ChildOptions, "extraFd">, directory: RunDirectory) {
    const blame = new BlameFile(directory.path, options.id);
    super({
      ...options,
      extraFd: blame.fd,
      // A version that may compute for long holds the process's only thread for so long.
      stallMs: () => Math.max(options.stallMs(), (blame.read()?.allowanceMs ?? 0) + allowanceGraceMs),
    });
    this.socketPath = directory.socketPath(options.id);
    // The first to hear of the death, so that whoever hears it later finds `diedIn` set.
    void this.dead.then(() => {
      this.diedIn = blame.read()?.key ?? null;
      blame.close();
      rmSync(this.socketPath, { force: true });
    });
  }
}
