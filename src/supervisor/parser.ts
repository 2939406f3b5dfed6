import { type ChildProcess, spawn } from "node:child_process";
import type { Confined, Confinement } from "./confinement/confinement.ts";
import type { Measure } from "./confinement/measures.ts";
import { innerProcess } from "./inner-process.ts";
import type { Timers } from "./timers.ts";

/** The tree of 10 MB of small functions takes 1 GB and some 5 s. The stack is the larger for what is nested deeply. */
export const parserFlags = ["--max-old-space-size=1536", "--stack-size=3900"];
/** What one may hold, in MiB: its heap, and what is not in it. */
export const parserMemoryMb = 2_048;
const mostMs = 15_000;
/** An honest one writes four times what it reads at the most. */
const mostCharacters = (input: string) => 16 * input.length + 2 ** 20;

export interface ParserParts {
  readonly confinement: Confinement;
  /** The file that it starts with, which is made for the first one: most servers need none. */
  readonly entry: string;
  readonly makeEntry: () => Promise<void>;
  readonly timers: Timers;
  /** Milliseconds that one has. */
  readonly withinMs?: number;
}

/**
 * Reads what strangers have uploaded in a process for that upload alone, which is confined as pool processes are. It is
 * given nothing before the kernel has said what holds it.
 */
export class Parser {
  readonly #parts: ParserParts;
  #runs = 0;
  readonly #up = new Set<ParserProcess>();
  #seen: Measure[] | null = null;
  #made: Promise<void> | null = null;

  constructor(parts: ParserParts) {
    this.#parts = parts;
  }

  /**
   * What the process writes, or null: it was ended, or came to an end of its own for want of time, memory or stack.
   *
   * @throws StartError when confinement is required, and not in force.
   */
  async run(input: string): Promise<string | null> {
    const { confinement, entry, timers, withinMs = mostMs } = this.#parts;
    await this.#makeEntry();
    const id = `parser-${++this.#runs}`;
    const { launch, attend } = confinement.berth(id);
    const [program = "", ...before] = launch.command;
    const child = spawn(program, [...before, ...launch.flags, entry, id], {
      ...{ cwd: launch.cwd, env: launch.env },
      ...(launch.uid !== null && { uid: launch.uid, gid: launch.uid }),
      // As for pool processes, behind the places of the channel and the note.
      stdio: ["pipe", "pipe", "ignore", "ignore", "ignore", ...launch.fds],
    });
    const process = new ParserProcess(id, child, launch.indirect);
    attend(process);
    this.#up.add(process);
    const cancel = timers.after(withinMs, () => process.kill());
    try {
      if (!(await process.ready)) return null;
      this.#seen = confinement.verify([process]);
      return await process.ask(input);
    } finally {
      cancel();
      process.kill();
      await process.dead;
      this.#up.delete(process);
    }
  }

  /** Kills those that are up; resolves when nothing is left of them. */
  async close(): Promise<void> {
    for (const process of this.#up) process.kill();
    await Promise.all([...this.#up].map(({ dead }) => dead));
    await this.#parts.confinement.close();
  }

  /** What held the last one, as the kernel said; before there was any, what is to hold it. */
  report(): Measure[] {
    return this.#seen ?? this.#parts.confinement.planned();
  }

  #makeEntry(): Promise<void> {
    this.#made ??= this.#parts.makeEntry().catch((error: unknown) => {
      // The next one tries again.
      this.#made = null;
      throw error;
    });
    return this.#made;
  }
}

class ParserProcess implements Confined {
  readonly id: string;
  readonly ready: Promise<object | null>;
  readonly dead: Promise<void>;
  readonly #child: ChildProcess;
  readonly #indirect: boolean;
  #answer = "";
  #mostCharacters = 1;
  #exitCode: number | null = null;
  #ended = false;
  #innerPid: number | undefined;

  constructor(id: string, child: ChildProcess, indirect: boolean) {
    this.id = id;
    this.#child = child;
    this.#indirect = indirect;
    const { promise: dead, resolve: ended } = Promise.withResolvers<void>();
    this.dead = dead;
    // A program that is not there is told by `close` too, or by `error` alone when nothing was started.
    child.on("error", () => child.pid === undefined && ended());
    child.on("close", (code) => {
      this.#ended = true;
      this.#exitCode = code;
      ended();
    });
    const said = new Promise<object>((resolve) => {
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        resolve({});
        this.#answer += text;
        if (this.#answer.length > this.#mostCharacters) this.kill();
      });
    });
    this.ready = Promise.race([said, dead.then(() => null)]);
    // It may have ended before it has read all: its status says more.
    child.stdin?.on("error", () => undefined);
  }

  /** Of the process that runs Islet's code, once it is ready; not of what launched it. */
  get pid(): number | undefined {
    const { pid } = this.#child;
    if (pid === undefined || !this.#indirect) return pid;
    this.#innerPid ??= innerProcess(pid);
    return this.#innerPid;
  }

  /** Null when it ended otherwise than by having done its work. */
  async ask(input: string): Promise<string | null> {
    this.#mostCharacters = mostCharacters(input);
    this.#child.stdin?.end(input);
    await this.dead;
    return this.#exitCode === 0 ? this.#answer : null;
  }

  /** With what launched it, which it does not outlive. */
  kill(): void {
    if (!this.#ended) this.#child.kill("SIGKILL");
  }
}
