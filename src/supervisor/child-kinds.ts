import { rmSync } from "node:fs";
import type { FromFront, FromPool, ToFront, ToPool } from "../core/messages.ts";
import { BlameFile } from "./blame-file.ts";
import { Child, type ChildOptions } from "./child.ts";
import type { RunDirectory } from "./run-directory.ts";

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
    super({ ...options, extraFd: blame.fd });
    this.socketPath = directory.socketPath(options.id);
    // The first to hear of the death, so that whoever hears it later finds `diedIn` set.
    void this.dead.then(() => {
      this.diedIn = blame.read();
      blame.close();
      rmSync(this.socketPath, { force: true });
    });
  }
}
