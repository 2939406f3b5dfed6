import type { Bundle } from "../core/deployment.ts";
import { IsletError, isErrorCode } from "../core/errors.ts";
import type { CheckProblem } from "../core/messages.ts";
import type { PoolChild } from "./child-kinds.ts";
import type { Slot } from "./slot.ts";
import { type Timers, within } from "./timers.ts";
import type { Timing } from "./timing.ts";

/** A crash is believed to be the bundle's doing when it happens this often. */
const crashesToBlame = 2;

/**
 * Evaluates uploads in the spare pool process. One at a time, so that a death has one suspect and
 * the others never notice it.
 */
export class Checks {
  readonly #spare: Slot<PoolChild>;
  readonly #timers: Timers;
  readonly #timing: Timing;
  #last: Promise<unknown> = Promise.resolve();

  constructor(spare: Slot<PoolChild>, timers: Timers, timing: Timing) {
    this.#spare = spare;
    this.#timers = timers;
    this.#timing = timing;
  }

  /**
   * What is wrong with a bundle, or null.
   *
   * @throws IsletError `unavailable` when no spare pool process came up in time.
   */
  check(bundle: Bundle): Promise<CheckProblem | null> {
    const turn = this.#last.then(() => this.#run(bundle));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run(bundle: Bundle): Promise<CheckProblem | null> {
    for (let crashes = 0; crashes < crashesToBlame; ) {
      const outcome = await this.#attempt(bundle);
      if (outcome !== "crashed") return outcome;
      crashes += 1;
    }
    return {
      code: "module_crashed",
      message: "Evaluating the modules ended the process that checked them.",
      place: { module: bundle.main },
    };
  }

  async #attempt(bundle: Bundle): Promise<CheckProblem | "crashed" | null> {
    const spare = await this.#readySpare();
    const allowedMs = bundle.limits.startupMs + this.#timing.checkGraceMs;
    spare.checking = true;
    spare.allowSilence();
    const answer = await spare.ask("checked", (seq) => ({ type: "check", seq, bundle }), allowedMs);
    spare.checking = false;
    if (answer) {
      spare.endSilence();
      return trusted(answer.problem);
    }
    spare.kill("check_timeout");
    const { reason } = await spare.dead;
    if (reason !== "check_timeout") return "crashed";
    return {
      code: "module_startup_limit",
      message: `Loading the modules took longer than ${bundle.limits.startupMs} ms.`,
      place: { module: bundle.main },
    };
  }

  async #readySpare(): Promise<PoolChild> {
    for (;;) {
      // Looked at again after the wait: it may have been promoted in the meantime.
      const spare = this.#spare.readyChild;
      if (spare) return spare;
      const came = await within(this.#timers, this.#timing.spareWaitMs, this.#spare.whenReady());
      if (!came) throw new IsletError("unavailable", "No process is up to check the upload; try again in a moment.");
    }
  }
}

/** The process that judged the bundle has run it, so its verdict's form is not taken for granted. */
function trusted(problem: CheckProblem | null): CheckProblem | null {
  if (problem === null) return null;
  if (typeof problem === "object" && isErrorCode(problem.code) && typeof problem.message === "string") return problem;
  return { code: "module_crashed", message: "Evaluating the modules broke the process that checked them.", place: {} };
}
