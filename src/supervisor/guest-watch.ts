import type { Verdict } from "../core/messages.ts";
import { BlameFile } from "./blame-file.ts";
import type { Death } from "./death.ts";
import { isHeldFromOutside } from "./held-from-outside.ts";
import { mainThreadCpuMs } from "./main-thread-cpu.ts";
import type { RunDirectory } from "./run-directory.ts";
import { SpinWatch, type SpinWatchParts } from "./spin-watch.ts";
import { nobody, verdictOf } from "./verdict.ts";

/** What the supervisor knows of the guest code in one process: by that process's note, and by what it was seen to do. */
export class GuestWatch {
  /** The isolate key of the version that the process was in when it died. */
  diedIn: string | null = null;
  /** Who is to blame for its death, once it has died. */
  verdict: Verdict = { ...nobody, entered: null };
  readonly #blame: BlameFile;
  readonly #spin: SpinWatch;
  #pid = 0;
  #heldFromOutside = false;

  constructor(id: string, directory: RunDirectory, patience: Pick<SpinWatchParts, "silenceMs" | "graceMs">) {
    this.#blame = new BlameFile(directory.path, id);
    this.#spin = new SpinWatch({
      ...patience,
      blame: () => this.#blame.read(),
      cpuMs: () => mainThreadCpuMs(this.#pid),
    });
  }

  /** For the process, which writes its note there. */
  get fd(): number {
    return this.#blame.fd;
  }

  /** How often it has entered guest code. */
  entries(): number {
    return this.#blame.read()?.entries ?? 0;
  }

  stalled(unansweredMs: number, pid: number): boolean {
    this.#pid = pid;
    const stalled = this.#spin.stalled(unansweredMs);
    if (stalled) this.#heldFromOutside = isHeldFromOutside(pid);
    return stalled;
  }

  /** @param excused nobody is to be blamed, whatever the note says. */
  ended(death: Death, excused: boolean): void {
    const notes = { main: this.#blame.read()?.key ?? null, threads: this.#blame.readThreads() };
    const blamed = excused || this.#heldFromOutside ? nobody : verdictOf(death, notes);
    // Who forges frames may have forged the note: then nobody knows what had not begun, and is sent again.
    const isKnown = death.reason !== "forged" && notes.threads.length === 0;
    this.verdict = { ...blamed, entered: isKnown ? notes.main : null };
    this.diedIn = this.verdict.guilty[0] ?? notes.main;
    this.#blame.close();
  }
}
