import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { constants } from "node:os";
import type { Clock } from "../core/clock.ts";
import type { Death, DeathReason, KillReason } from "./death.ts";
import { guardChannel } from "./guarded-channel.ts";
import { Heartbeat } from "./heartbeat.ts";
import { innerProcess } from "./inner-process.ts";
import { type Timers, within } from "./timers.ts";

type Beat = { readonly type: "beat"; readonly seq: number };
type Message = { readonly type: string; readonly seq?: number };
/** Messages that answer a question. */
type Answer<From> = Exclude<Extract<From, { seq: number }>, Beat>;

/** What a child says unasked. */
type News<From> = Exclude<From, { seq: number } | { type: "ready" }>;

export type ChildState = "starting" | "ready" | "draining" | "dead";
export type ChildKind = "front" | "pool";

/** How a process is started that is not to run as the server itself does. */
export interface Launch {
  /** The program and its arguments, the last of which is Node. */
  readonly command: readonly string[];
  /** Options of Node and V8. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** A user and group to start the command as, or null for the server's own. */
  readonly uid: number | null;
  /** What it finds as descriptors 5 and so on. */
  readonly fds: readonly number[];
  /** The command does not become Node: it starts it, waits for it, and exits with its status. */
  readonly indirect: boolean;
  /** Whether it was the system that ended it, for its memory. */
  readonly endedForMemory?: () => boolean;
}

export interface ChildOptions {
  readonly kind: ChildKind;
  readonly id: string;
  /** The child's root file. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** Options of Node and V8. */
  readonly execArgv: string[];
  /** A file that the child finds as descriptor 4. */
  readonly extraFd?: number;
  readonly launch?: Launch;
  readonly beatMs: number;
  /** Whether it is to be given up, having left beats unanswered for so long; asked with every beat. */
  readonly stalled: (unansweredMs: number, pid: number) => boolean;
  /** How many entries into guest code have begun in it; null where there is no such note. */
  readonly entries?: () => number | null;
  readonly startMs: number;
  readonly timers: Timers;
  readonly clock: Clock;
}

export interface NewsListener<From> {
  /** What it says unasked. Of a pool process, no more is known than the message's type. */
  readonly onNews?: (message: News<From>) => void;
}

/** One child process: starting → ready → draining → dead, or dead from any of them. */
export class Child<To extends { readonly type: string }, From extends Message> {
  readonly kind: ChildKind;
  readonly id: string;
  /** Its `ready` message; null when it died without. */
  readonly ready: Promise<Extract<From, { type: "ready" }> | null>;
  readonly dead: Promise<Death>;
  /** Its channel is closed: it serves no more. That is known a moment before its death and the reason for it. */
  readonly lost: Promise<void>;

  readonly #process: ChildProcess;
  readonly #options: ChildOptions & NewsListener<From>;
  readonly #heartbeat: Heartbeat;
  readonly #questions = new Map<number, { expected: string; settle: (answer: Answer<From> | null) => void }>();
  readonly #cancelStart: () => void;
  #cancelDrain: (() => void) | undefined;
  #state: ChildState = "starting";
  #seq = 0;
  /** It closed the channel without having been told to. */
  #left = false;
  #readyAt: number | undefined;
  #innerPid: number | undefined;
  #killedFor: KillReason | undefined;
  #resolveReady!: (message: Extract<From, { type: "ready" }> | null) => void;
  #resolveDead!: (death: Death) => void;

  constructor(options: ChildOptions & NewsListener<From>) {
    this.#options = options;
    this.kind = options.kind;
    this.id = options.id;
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    this.dead = new Promise((resolve) => {
      this.#resolveDead = resolve;
    });

    const stdio: StdioOptions = ["ignore", "inherit", "inherit", "ipc"];
    if (options.extraFd !== undefined) stdio.push(options.extraFd);
    // The id is an argument for those who read the process table.
    this.#process = fork(options.path, [options.id], {
      serialization: "advanced",
      execArgv: options.execArgv,
      env: options.env,
      stdio: [...stdio, ...(options.launch?.fds ?? [])],
      ...(options.launch && forkOptions(options.launch, options.env)),
    });
    guardChannel(this.#process, () => this.kill("forged"));
    this.#process.on("message", (message) => {
      // A pool process may be in a guest's hands; what it says is looked at before it is used.
      if (isMessage(message)) this.#receive(message as From);
      else this.kill("forged");
    });
    this.#process.once("exit", (code, signal) => this.#ended(code, signal));
    this.lost = new Promise((resolve) => {
      this.#process.once("disconnect", () => {
        this.#left = this.#state === "ready";
        if (this.#left) this.#state = "draining";
        resolve();
      });
    });
    this.#process.on("error", () => {
      if (this.#process.pid === undefined) this.#died("spawn_failed", null, null);
    });

    this.#heartbeat = new Heartbeat({
      timers: options.timers,
      beatMs: options.beatMs,
      stalled: (unansweredMs) => options.stalled(unansweredMs, this.pid ?? 0),
      send: (seq) => this.#post({ type: "beat", seq }),
      begun: options.entries ?? (() => null),
      onStall: () => this.kill("stalled"),
    });
    this.#cancelStart = options.timers.after(options.startMs, () => this.kill("start_timeout"));
  }

  get state(): ChildState {
    return this.#state;
  }

  /** How long it has been ready, in milliseconds; 0 when it never was. */
  get readyMs(): number {
    return this.#readyAt === undefined ? 0 : this.#options.clock.now() - this.#readyAt;
  }

  /** Of the process that runs Islet's code, not of what launched it. */
  get pid(): number | undefined {
    const { pid } = this.#process;
    if (pid === undefined || !this.#options.launch?.indirect) return pid;
    return this.#innerPid ?? innerProcess(pid);
  }

  send(message: Exclude<To, { seq: number }>): void {
    this.#post(message);
  }

  /**
   * Asks a question and waits for its answer. Null when the child died first or `withinMs`
   * milliseconds passed; what follows from that is the caller's to decide.
   */
  ask<K extends Answer<From>["type"]>(
    expected: K,
    question: (seq: number) => Extract<To, { seq: number }>,
    withinMs: number,
  ): Promise<Extract<From, { type: K }> | null> {
    if (this.#state === "dead") return Promise.resolve(null);
    this.#seq += 1;
    const seq = this.#seq;
    const answer = new Promise<Answer<From> | null>((settle) => {
      this.#questions.set(seq, { expected, settle });
    });
    this.#post(question(seq));
    return within(this.#options.timers, withinMs, answer).then((message) => {
      this.#questions.delete(seq);
      // #receive has compared the type with `expected`.
      return message as Extract<From, { type: K }> | null;
    });
  }

  /** Stops watching the beat, for work that may rightly hold the child's main thread. */
  allowSilence(): void {
    this.#heartbeat.stop();
  }

  endSilence(): void {
    if (this.#state === "ready") this.#heartbeat.start();
  }

  /** Tells the child to end; kills it when it has not gone after `withinMs` milliseconds. */
  drain(withinMs: number): Promise<Death> {
    if (this.#state === "starting" || this.#state === "ready") {
      this.#state = "draining";
      this.#cancelStart();
      this.#post({ type: "drain" });
      this.#cancelDrain = this.#options.timers.after(withinMs, () => this.kill("drain_timeout"));
    }
    return this.dead;
  }

  /** SIGKILL; the first reason given is the one that counts. Nothing new is sent there from now on. */
  kill(reason: KillReason): void {
    if (this.#state === "dead") return;
    this.#state = "draining";
    this.#killedFor ??= reason;
    const { pid } = this;
    // What launched it ends with it; the other way round, it would outlive the news of its death.
    if (pid === undefined || pid === this.#process.pid) this.#process.kill("SIGKILL");
    else killIfThere(pid);
  }

  #post(message: Message): void {
    // A send fails only when the child is about to be found dead or stalled.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  #receive(message: From): void {
    if (message.type === "beat") {
      if (message.seq !== undefined) this.#heartbeat.answered(message.seq);
    } else if (message.type === "ready") {
      this.#becameReady(message as Extract<From, { type: "ready" }>);
    } else if (message.seq !== undefined) {
      const question = this.#questions.get(message.seq);
      if (question?.expected === message.type) question.settle(message as Answer<From>);
    } else {
      this.#options.onNews?.(message as News<From>);
    }
  }

  #becameReady(message: Extract<From, { type: "ready" }>): void {
    if (this.#state !== "starting") return;
    this.#state = "ready";
    this.#readyAt = this.#options.clock.now();
    // It is asked for with each beat.
    this.#innerPid = this.pid;
    this.#cancelStart();
    this.#heartbeat.start();
    this.#resolveReady(message);
  }

  #ended(exitCode: number | null, exitSignal: NodeJS.Signals | null): void {
    const inner = this.#options.launch?.indirect ? signalOf(exitCode) : null;
    const [code, signal] = inner ? [null, inner] : [exitCode, exitSignal];
    this.#died(this.#reasonOf(code, signal), code, signal);
  }

  #reasonOf(code: number | null, signal: string | null): DeathReason {
    if (this.#killedFor && signal === "SIGKILL") return this.#killedFor;
    if (signal === "SIGKILL" && this.#options.launch?.endedForMemory?.()) return "memory_limit";
    if (signal) return "crashed";
    return this.#state === "draining" && !this.#left && code === 0 ? "drained" : "exited";
  }

  #died(reason: DeathReason, exitCode: number | null, signal: string | null): void {
    this.#state = "dead";
    this.#cancelStart();
    this.#cancelDrain?.();
    this.#heartbeat.stop();
    this.#resolveReady(null);
    this.#resolveDead({ reason, exitCode, signal, readyMs: this.readyMs });
    for (const question of this.#questions.values()) question.settle(null);
  }
}

function isMessage(message: unknown): message is Message {
  if (typeof message !== "object" || message === null || !("type" in message)) return false;
  return typeof message.type === "string" && (!("seq" in message) || Number.isSafeInteger(message.seq));
}

function forkOptions({ command: [execPath = "", ...before], flags, env, cwd, uid }: Launch, common: NodeJS.ProcessEnv) {
  const user = uid === null ? {} : { uid, gid: uid };
  return { execPath, execArgv: [...before, ...flags], env: { ...common, ...env }, cwd, ...user };
}

/** A launcher's exit code for what a signal ended: 128 and the signal's number. */
function signalOf(code: number | null): NodeJS.Signals | null {
  if (code === null || code <= 128) return null;
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return found ? (found[0] as NodeJS.Signals) : null;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
