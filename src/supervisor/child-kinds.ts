import type { FromFront, FromPool, ToFront, ToPool } from "../core/messages.ts";
import { BlameFile } from "./blame-file.ts";
import { Child, type ChildOptions } from "./child.ts";
import { mainThreadCpuMs } from "./main-thread-cpu.ts";
import type { RunDirectory } from "./run-directory.ts";
import { SpinWatch } from "./spin-watch.ts";

export class FrontChild extends Child<ToFront, FromFront> {}

/** A pool process, with its socket and the note that it leaves about the version it runs. */
export class PoolChild extends Child<ToPool, FromPool> {
  readonly socketPath: string;
  /** A bundle is being evaluated in it. */
  checking = false;
  /** The isolate key of the version that it was in when it died. */
  diedIn: string | null = null;

  /** @param silenceMs how long it may leave beats unanswered, beside what an entry may take. */
  constructor(options: Omit<ChildOptions, "extraFd" | "stalled">, silenceMs: number, directory: RunDirectory) {
    const blame = new BlameFile(directory.path, options.id);
    let pid = 0;
    const spin = new SpinWatch({ blame: () => blame.read(), cpuMs: () => mainThreadCpuMs(pid), silenceMs });
    super({
      ...options,
      extraFd: blame.fd,
      stalled: (unansweredMs, ownPid) => {
        pid = ownPid;
        return spin.stalled(unansweredMs);
      },
    });
    this.socketPath = directory.socketPath(options.id);
    // The first to hear of the death, so that whoever hears it later finds `diedIn` set.
    void this.dead.then(() => {
      this.diedIn = blame.read()?.key ?? null;
      blame.close();
    });
  }
}
