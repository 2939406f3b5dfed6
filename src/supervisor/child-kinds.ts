import type { FromFront, FromPool, ToFront, ToPool, Verdict } from "../core/messages.ts";
import { BlameFile } from "./blame-file.ts";
import { Child, type ChildOptions, type NewsListener } from "./child.ts";
import { isHeldFromOutside } from "./held-from-outside.ts";
import { mainThreadCpuMs } from "./main-thread-cpu.ts";
import type { RunDirectory } from "./run-directory.ts";
import { SpinWatch } from "./spin-watch.ts";
import { nobody, verdictOf } from "./verdict.ts";

export class FrontChild extends Child<ToFront, FromFront> {}

/** A pool process, with its socket and the note that it leaves about the version it runs. */
export class PoolChild extends Child<ToPool, FromPool> {
  readonly socketPath: string;
  /** A bundle is being evaluated in it. */
  checking = false;
  /** The isolate key of the version that it was in when it died. */
  diedIn: string | null = null;
  /** Who is to blame for its death. */
  verdict: Verdict = nobody;

  /** @param silenceMs how long it may leave beats unanswered, beside what an entry may take. */
  constructor(
    options: Omit<ChildOptions, "extraFd" | "stalled"> & NewsListener<FromPool>,
    silenceMs: number,
    directory: RunDirectory,
  ) {
    const blame = new BlameFile(directory.path, options.id);
    let pid = 0;
    let heldFromOutside = false;
    const spin = new SpinWatch({ blame: () => blame.read(), cpuMs: () => mainThreadCpuMs(pid), silenceMs });
    super({
      ...options,
      extraFd: blame.fd,
      stalled: (unansweredMs, ownPid) => {
        pid = ownPid;
        const stalled = spin.stalled(unansweredMs);
        if (stalled) heldFromOutside = isHeldFromOutside(pid);
        return stalled;
      },
    });
    this.socketPath = directory.socketPath(options.id);
    // The first to hear of the death, so that whoever hears it later finds these set.
    void this.dead.then((death) => {
      const notes = { main: blame.read()?.key ?? null, threads: blame.readThreads() };
      // A version that is only being checked has nobody's requests, and none is told of it.
      if (!this.checking && !heldFromOutside) this.verdict = verdictOf(death, notes);
      this.diedIn = this.verdict.guilty[0] ?? notes.main;
      blame.close();
    });
  }
}
