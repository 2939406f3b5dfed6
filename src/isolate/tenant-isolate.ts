import ivm from "isolated-vm";
import { type GuestEntries, hiddenGlobal, type IncomingBody, type LogLevel } from "../../runtime-api/ops.ts";
import type { Bundle } from "../core/deployment.ts";
import type { DeathReason } from "./death.ts";
import { clockAllowanceMs, entryMeter } from "./entry-meter.ts";
import type { InvocationFailure, Job } from "./job.ts";
import { LiveInvocation, LiveInvocations, nextId } from "./live-invocation.ts";
import { LoadFailure } from "./load-failure.ts";
import { ModuleGraph } from "./modules.ts";
import type { PreparedIsolate } from "./prepared-isolate.ts";
import { startupJob } from "./startup-job.ts";
import { TenantOps } from "./tenant-ops.ts";

/** What an isolate reports to its owner. */
export interface IsolateObserver {
  /** Before each entry: what runs from now on is this isolate's code. */
  entering(isolate: TenantIsolate): void;
  died(isolate: TenantIsolate, reason: DeathReason): void;
  /** A fault of Islet inside a host op. */
  opFailed(isolate: TenantIsolate, name: string, error: unknown): void;
  /** Console output while the modules are evaluated. */
  loadLog(isolate: TenantIsolate, level: LogLevel, text: string): void;
}

type State = "loading" | "ready" | "dead";

/** Characters of an uncaught error's stack that are kept. */
const longestStack = 16 * 1024;

/** isolated-vm's own words; it has no error codes. */
const timedOut = "Script execution timed out.";

const reasonOfLoadFailure = {
  syntax: "load_failed",
  threw: "load_failed",
  missing: "load_failed",
  no_handler: "load_failed",
  timeout: "startup_limit",
  memory: "memory_limit",
} as const;

/**
 * A function's version in an isolate: loading → ready → dead.
 *
 * Every entry is synchronous and carries a time-out of what is left of its invocation's CPU limit.
 * After a time-out an isolate cannot go on (microtasks of the ended request would run in the next
 * one's entry), so a time-out ends the isolate.
 */
export class TenantIsolate {
  readonly key: string;
  readonly #bundle: Bundle;
  readonly #prepared: PreparedIsolate;
  readonly #observer: IsolateObserver;
  readonly #modules: ModuleGraph;
  readonly #live = new LiveInvocations();
  readonly #startup: LiveInvocation;
  readonly #entryOptions = { timeout: 0 };

  #state: State = "loading";
  #loadFailure: LoadFailure | undefined;
  #startupTimer: NodeJS.Timeout | undefined;
  /** What waits until the modules are loaded or never will be. */
  #afterLoad: (() => void)[] = [];

  #running: LiveInvocation | undefined;
  /** Entries that came up during an entry. */
  #afterEntry: (() => void)[] = [];
  /** Why to die as soon as the current entry is over. */
  #doomed: DeathReason | undefined;

  constructor(key: string, prepared: PreparedIsolate, bundle: Bundle, observer: IsolateObserver) {
    this.key = key;
    this.#prepared = prepared;
    this.#bundle = bundle;
    this.#observer = observer;
    this.#modules = new ModuleGraph(prepared.isolate, prepared.context, bundle);
    const job = startupJob(
      (level, text) => observer.loadLog(this, level, text),
      (exchange, message) => this.deliver(this.#startup, "fetchFailed", exchange, message),
    );
    this.#startup = new LiveInvocation(0, job, bundle.limits.startupMs);
    this.#live.add(this.#startup);
    prepared.bridge.connect(new TenantOps(this, this.#live));
  }

  get state(): State {
    return this.#state;
  }

  /** True while anything runs or waits in it: then it must not be evicted. */
  get busy(): boolean {
    return this.#state === "loading" || this.#live.size > 0;
  }

  /** How long an entry may take at most, by the clock. */
  get allowanceMs(): number {
    const { startupMs, cpuMs } = this.#bundle.limits;
    return clockAllowanceMs(this.#state === "loading" ? startupMs : cpuMs);
  }

  /** Bytes of V8 heap and of array buffers beside it. Costs 12 µs. */
  heapBytes(): number {
    if (this.#state === "dead") return 0;
    const heap = this.#prepared.isolate.getHeapStatisticsSync();
    return heap.total_physical_size + heap.externally_allocated_size;
  }

  /**
   * Evaluates the main module. Unless some module awaits at its top level, the isolate is ready or
   * dead when this returns.
   */
  load(): void {
    const { main, env, limits } = this.#bundle;
    this.#enter(this.#startup, ({ timeout }) => {
      this.#prepared.entries.configure.applySync(undefined, [JSON.stringify(env)]);
      this.#modules.evaluate(main, `globalThis.${hiddenGlobal}.loaded(ns);`, timeout);
    });
    if (this.state === "loading") {
      this.#startupTimer = setTimeout(() => {
        this.#failLoading(new LoadFailure("timeout", `loading took longer than ${limits.startupMs} ms`));
      }, limits.startupMs);
    }
  }

  /** Calls back once the isolate is ready or dead, with what went wrong in loading, if anything. */
  whenLoaded(callback: (failure: LoadFailure | undefined) => void): void {
    if (this.#state === "loading") this.#afterLoad.push(() => callback(this.#loadFailure));
    else callback(this.#loadFailure);
  }

  /** Runs fetch(), once the modules are loaded. The answer or the failure comes through `job`. */
  invoke(job: Job, method: string, url: string, headers: string, body: IncomingBody): LiveInvocation {
    const live = new LiveInvocation(nextId(), job, this.#bundle.limits.cpuMs);
    job.started(live);
    if (this.#state === "ready") this.#invoke(live, method, url, headers, body);
    else {
      this.#live.add(live);
      this.whenLoaded(() => this.#invoke(live, method, url, headers, body));
    }
    return live;
  }

  #invoke(live: LiveInvocation, method: string, url: string, headers: string, body: IncomingBody): void {
    if (this.#state === "dead") {
      this.fail(live, loadFailureOf(this.#loadFailure));
      return;
    }
    const incoming = crossing(body);
    this.#enter(live, (options) => {
      this.#prepared.entries.invoke.applySync(undefined, [live.id, method, url, headers, incoming], options);
    });
  }

  /** The client went away or the time is up: tells the function, then ends the invocation. */
  cancel(live: LiveInvocation, reason: string): void {
    if (!live.over && this.#state === "ready") this.deliver(live, "abort", live.id, reason);
    this.#later(() => this.finish(live));
  }

  /** Enters with news for `live`, after the current entry if there is one. */
  deliver<Name extends keyof GuestEntries>(
    live: LiveInvocation,
    name: Name,
    ...args: Parameters<GuestEntries[Name]>
  ): void {
    this.#enter(live, (options) => {
      const entry = this.#prepared.entries[name] as ivm.Reference<(...args: unknown[]) => void>;
      entry.applySync(undefined, args.map(crossing) as never[], options);
    });
  }

  /** Ends the isolate, after the current entry if there is one; every invocation in it fails. */
  kill(reason: DeathReason): void {
    if (this.#running) this.#doomed ??= reason;
    else this.#die(reason, undefined);
  }

  // What the ops need; see TenantOps.

  cpuMsOf(live: LiveInvocation): number {
    return this.#running === live ? live.cpuMs + entryMeter.chargedMs() : live.cpuMs;
  }

  fail(live: LiveInvocation, failure: InvocationFailure): void {
    if (this.#live.end(live)) live.job.failed(failure, this.cpuMsOf(live));
  }

  finish(live: LiveInvocation): void {
    if (this.#live.end(live)) live.job.done(this.cpuMsOf(live));
  }

  limitAfterwards(live: LiveInvocation): void {
    live.afterwards = setTimeout(
      () => this.cancel(live, "the time for work after the answer is up"),
      this.#bundle.limits.wallMs,
    );
  }

  moduleLoaded(hasFetch: boolean): void {
    if (this.#state !== "loading") return;
    if (!hasFetch) {
      this.#later(() =>
        this.#failLoading(
          new LoadFailure("no_handler", "the default export has no fetch method", { module: this.#bundle.main }),
        ),
      );
      return;
    }
    clearTimeout(this.#startupTimer);
    this.#state = "ready";
    this.#live.end(this.#startup);
    this.#later(() => this.#runAfterLoad());
  }

  importModule(live: LiveInvocation, id: number, name: string): void {
    this.#later(() => {
      this.#enter(live, ({ timeout }) => {
        try {
          this.#modules.evaluate(name, `globalThis.${hiddenGlobal}.imported(${id},ns);`, timeout);
        } catch (error) {
          if (this.#prepared.isolate.isDisposed || this.#ranOut(error)) {
            throw error;
          }
          const failure = this.#modules.evaluationFailure(error);
          const message = failure instanceof Error ? failure.message : String(failure);
          this.#afterEntry.push(() => this.deliver(live, "importFailed", id, message));
        }
      });
    });
  }

  moduleBytes(name: string): Uint8Array | undefined {
    return this.#modules.bytes(name);
  }

  opFailed(name: string, error: unknown): void {
    this.#observer.opFailed(this, name, error);
    this.kill("internal");
  }

  // Entering and dying.

  #later(run: () => void): void {
    if (this.#running) this.#afterEntry.push(run);
    else run();
  }

  #enter(live: LiveInvocation, run: (options: { timeout: number }) => void): void {
    if (this.#running) {
      this.#afterEntry.push(() => this.#enter(live, run));
      return;
    }
    if (live.over || this.#state === "dead") return;
    const options = this.#entryOptions;
    options.timeout = clockAllowanceMs(live.cpuLimitMs - live.cpuMs);
    this.#observer.entering(this);
    this.#running = live;
    this.#live.entered = live;
    entryMeter.start();
    let thrown: unknown;
    let threw = false;
    try {
      run(options);
    } catch (error) {
      threw = true;
      thrown = error;
    }
    live.cpuMs += entryMeter.chargedMs();
    this.#running = undefined;
    this.#live.entered = undefined;
    if (!live.over) this.#live.add(live);
    if (threw) this.#entryThrew(live, thrown);
    if (!live.over && live.cpuMs > live.cpuLimitMs) this.fail(live, deathFailureOf("cpu_limit", true));
    if (this.#doomed !== undefined) this.#die(this.#doomed, live);
    while (this.#afterEntry.length > 0) {
      const waiting = this.#afterEntry;
      this.#afterEntry = [];
      for (const run of waiting) run();
    }
  }

  #entryThrew(live: LiveInvocation, error: unknown): void {
    const loading = this.#state === "loading";
    if (this.#prepared.isolate.isDisposed) {
      this.#loadFailure = loading ? new LoadFailure("memory", "loading the modules used too much memory") : undefined;
      this.#die("memory_limit", live);
    } else if (this.#ranOut(error)) {
      this.#loadFailure = loading
        ? new LoadFailure("timeout", `loading took longer than ${this.#bundle.limits.startupMs} ms`)
        : undefined;
      this.#die(loading ? "startup_limit" : "cpu_limit", live);
    } else if (loading) {
      const failure = this.#modules.evaluationFailure(error);
      this.#failLoading(failure instanceof LoadFailure ? failure : new LoadFailure("threw", String(failure)));
    } else {
      // isolated-vm throws rejections that nobody handled out of the entry that drained them.
      const text = error instanceof Error ? guestStack(error) : String(error);
      live.job.log("error", `Uncaught (in promise) ${text}`);
    }
  }

  /** Whether an entry ended by its time-out; a guest's own error of the same words comes earlier. */
  #ranOut(error: unknown): boolean {
    const longEnough = entryMeter.elapsedMs() >= this.#entryOptions.timeout * 0.9;
    return longEnough && error instanceof Error && error.message === timedOut;
  }

  #failLoading(failure: LoadFailure): void {
    if (this.#state !== "loading") return;
    this.#loadFailure = failure;
    this.#die(reasonOfLoadFailure[failure.kind], undefined);
  }

  #die(reason: DeathReason, guilty: LiveInvocation | undefined): void {
    if (this.#state === "dead") return;
    this.#state = "dead";
    clearTimeout(this.#startupTimer);
    if (!this.#prepared.isolate.isDisposed) this.#prepared.isolate.dispose();
    for (const live of this.#live.all()) {
      this.fail(live, this.#loadFailure ? loadFailureOf(this.#loadFailure) : deathFailureOf(reason, live === guilty));
    }
    this.#observer.died(this, reason);
    this.#runAfterLoad();
  }

  #runAfterLoad(): void {
    for (const run of this.#afterLoad.splice(0)) run();
  }
}

/** The lines of a stack that are the guest's: isolated-vm adds our own, with the paths of this machine. */
function guestStack(error: Error): string {
  const stack = error.stack ?? error.message;
  const boundary = stack.indexOf("\n    at (<isolated-vm boundary>)");
  return stack.slice(0, boundary < 0 ? longestStack : Math.min(boundary, longestStack));
}

/** Strings and numbers cross as they are; bytes need a copy of their own. */
function crossing<T>(value: T): Exclude<T, Uint8Array> | ivm.Copy<Uint8Array> {
  if (value instanceof Uint8Array) {
    // A view would cross with all of the buffer behind it, which may hold what other tenants sent.
    const bytes: Uint8Array = value.byteLength === value.buffer.byteLength ? value : Uint8Array.from(value);
    return new ivm.ExternalCopy(bytes).copyInto({ release: true });
  }
  return value as Exclude<T, Uint8Array>;
}

function loadFailureOf(failure: LoadFailure | undefined): InvocationFailure {
  const kind =
    failure?.kind === "timeout"
      ? "startup_limit"
      : failure?.kind === "memory"
        ? "memory_limit"
        : failure?.kind === "no_handler"
          ? "no_handler"
          : "load_failed";
  return { kind, message: failure?.message ?? "the isolate ended before the request ran", stack: "" };
}

function deathFailureOf(reason: DeathReason, guilty: boolean): InvocationFailure {
  if (guilty && reason === "cpu_limit")
    return { kind: "cpu_limit", message: "the request used up its CPU time", stack: "" };
  if (guilty && reason === "memory_limit")
    return { kind: "memory_limit", message: "the isolate used up its memory", stack: "" };
  if (reason === "internal") return { kind: "internal", message: "an operation of the runtime failed", stack: "" };
  return { kind: "isolate_lost", message: `the isolate ended (${reason}) because of another request`, stack: "" };
}
