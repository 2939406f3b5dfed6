import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { killAll } from "./clean-up.ts";
import { processTree } from "./process-tree.ts";

const stopMs = 10_000;
const logTailBytes = 4_000;

/** A server process of the bench, with everything that it starts. */
export class Child {
  readonly process: ChildProcess;
  readonly #command: string;
  #log = "";

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    this.#command = [command, ...args].join(" ");
    this.process = spawn(command, args, options);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-logTailBytes);
      });
    }
  }

  pids(): number[] {
    return this.process.pid === undefined ? [] : processTree(this.process.pid);
  }

  /** Waits for `started`; rejects with the end of its output when the child ends or `ms` pass before. */
  async until<T>(started: Promise<T>, ms: number): Promise<T> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const ended = once(this.process, "exit", { signal }).then(() => this.#failure("ended too early"));
    const late = once(AbortSignal.timeout(ms), "abort", { signal }).then(() => this.#failure("did not start in time"));
    try {
      return await Promise.race([started, ended, late]);
    } finally {
      waiting.abort();
      await Promise.allSettled([ended, late]);
    }
  }

  /** Asks it to end, and after ten seconds kills its tree. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const tree = this.pids();
    const exited = once(this.process, "exit");
    const timer = setTimeout(() => this.killTree(), stopMs);
    this.process.kill("SIGTERM");
    await exited;
    clearTimeout(timer);
    // Children that outlived their parent no longer hang under it.
    killAll(tree.filter((pid) => processTree(pid).length > 0 && pid !== this.process.pid));
  }

  killTree(): void {
    killAll(this.pids());
  }

  #failure(what: string): never {
    this.killTree();
    throw new Error(`${this.#command} ${what}\n${this.#log}`);
  }
}
