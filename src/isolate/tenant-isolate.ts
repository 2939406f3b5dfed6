import type { SubtleAnswer } from "../../runtime-api/crypto-ops.ts";
import type { GuestEntries, IncomingBody } from "../../runtime-api/ops.ts";
import type { Bundle } from "../core/deployment.ts";
import { crossing } from "./crossing.ts";
import type { DeathReason } from "./death.ts";
import { clockAllowanceMs } from "./entry-meter.ts";
import { deathOfLoadFailure, failureOfDeath, failureOfLoad, guestStack, usedUpFailure } from "./isolate-failures.ts";
import type { IsolateObserver, IsolateSource } from "./isolate-observer.ts";
import type { InvocationFailure, Job } from "./job.ts";
import { type EntryStart, guarding, type Lane, type Outcome } from "./lane.ts";
import { LiveInvocation, LiveInvocations, nextId } from "./live-invocation.ts";
import { hasNoFetch, LoadFailure, tookTooLong, tooMuchMemory } from "./load-failure.ts";
import { Loading } from "./loading.ts";
import type { ModuleGraph } from "./modules.ts";
import { moveIn } from "./premises.ts";
import type { PreparedIsolate } from "./prepared-isolate.ts";
import { startupJob } from "./startup-job.ts";
import { TenantOps } from "./tenant-ops.ts";
import type { WasmMemories } from "./wasm-memories.ts";

type State = "loading" | "ready" | "dead";

/** CPU time that loading may take on the main thread; what takes longer is begun anew on a thread. */
const mainLoadMs = 45;
/** For what a request that has used its time up does when it is told so. */
const leastEntryMs = 5;
/** For asking V8 how large a heap is. */
const measureMs = 5;
/** An entry on the main thread that takes longer is reported. */
const slowMs = 20;

/**
 * A function's version in an isolate: loading → ready → dead.
 *
 * Every entry may take as long as its invocation has CPU time left, and a little. What takes longer
 * ends the isolate, since it cannot go on: microtasks of the ended request would run in the next
 * one's entry.
 */
export class TenantIsolate {
  readonly key: string;
  readonly #bundle: Bundle;
  readonly #source: IsolateSource;
  readonly #observer: IsolateObserver;
  readonly #live = new LiveInvocations();
  readonly #startup: LiveInvocation;
  #prepared!: PreparedIsolate;
  #modules!: ModuleGraph;
  #lane!: Lane;
  #wasm!: WasmMemories;

  #state: State = "loading";
  readonly #loading = new Loading();

  #running: LiveInvocation | undefined;
  /** Entries that came up during an entry. */
  readonly #afterEntry: (() => void)[] = [];
  /** Why to die as soon as the current entry is over. */
  #doomed: DeathReason | undefined;
  /** To die as soon as nothing runs or waits in it. */
  #retired = false;
  #heapBytes = 0;

  constructor(key: string, bundle: Bundle, lane: Lane["kind"], source: IsolateSource, observer: IsolateObserver) {
    this.key = key;
    this.#bundle = bundle;
    this.#source = source;
    this.#observer = observer;
    const job = startupJob(
      (level, text) => observer.loadLog(this, level, text),
      (exchange, message) => this.deliver(this.#startup, "fetchFailed", exchange, message),
    );
    this.#startup = new LiveInvocation(0, job, bundle.limits, bundle.limits.startupMs);
    this.#live.add(this.#startup);
    this.#moveIn(lane);
  }

  get state(): State {
    return this.#state;
  }

  get lane(): Lane["kind"] {
    return this.#lane.kind;
  }

  /** What runs or waits in it, its loading too: while there is any, it must not be evicted. */
  get inFlight(): number {
    return this.#live.size || (this.#running ? 1 : 0);
  }

  /** How long an entry may take at most, by the clock. */
  get allowanceMs(): number {
    return clockAllowanceMs(this.#bundle.limits[this.#state === "loading" ? "startupMs" : "cpuMs"]);
  }

  /** Bytes of V8 heap and of array buffers and WebAssembly beside it, when they were measured last. */
  get heapBytes(): number {
    return this.#state === "dead" ? 0 : this.#heapBytes;
  }

  /** Measures its heap, in an entry like any other: what requests left behind runs then, and may loop or throw. */
  measureHeap(measured: () => void): void {
    if (this.#state !== "ready") return;
    const live = new LiveInvocation(0, this.#startup.job, this.#bundle.limits, measureMs);
    this.#enter(live, (lane) => {
      this.#live.end(live);
      return lane.heapBytes((bytes) => {
        this.#heapBytes = bytes + this.#wasm.bytes;
        measured();
      });
    });
  }

  /**
   * Evaluates the main module. In the main lane, unless some module awaits at its top level, the
   * isolate is ready or dead when this returns.
   */
  load(): void {
    const { main, env, limits } = this.#bundle;
    this.#enter(this.#startup, (lane) => {
      // Not before its turn: what waits for a thread while others compute is not slow itself.
      this.#loading.limit(this.allowanceMs, () => this.#failLoading(tookTooLong(limits)));
      const configured = lane.call("configure", [JSON.stringify(env), limits.waitUntil]);
      const evaluate = () => lane.evaluate(main, "glue.loaded(ns);");
      return configured instanceof Promise ? configured.then(evaluate) : evaluate();
    });
  }

  /** Calls back once the isolate is ready or dead, with what went wrong in loading, if anything. */
  whenLoaded(callback: (failure: LoadFailure | undefined) => void): void {
    if (this.#state === "loading") this.#loading.wait(() => callback(this.#loading.failure));
    else callback(this.#loading.failure);
  }

  /** Runs fetch(), once the modules are loaded. The answer or the failure comes through `job`. */
  invoke(job: Job, method: string, url: string, headers: string, body: IncomingBody): LiveInvocation {
    const live = new LiveInvocation(nextId(), job, this.#bundle.limits, this.#bundle.limits.cpuMs);
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
      this.fail(live, failureOfLoad(this.#loading.failure));
      return;
    }
    this.#enter(live, (lane) => lane.call("invoke", [live.id, method, url, headers, crossing(body)]));
  }

  /**
   * The client went away or the time is up: tells the function, and ends the invocation unless it
   * gave something to waitUntil(). That goes on as it does after an answer, and for no longer.
   */
  cancel(live: LiveInvocation, reason: string): void {
    if (live.cancelled || this.#state !== "ready") {
      this.later(() => this.finish(live));
      return;
    }
    live.cancelled = true;
    this.deliver(live, "abort", live.id, reason);
    this.later(() => {
      if (!live.goesOn) this.finish(live);
      else if (!live.over) this.limitAfterwards(live);
    });
  }

  /** Enters with news for `live`, after the current entry if there is one. */
  deliver<Name extends keyof GuestEntries>(
    live: LiveInvocation,
    name: Name,
    ...args: Parameters<GuestEntries[Name]>
  ): void {
    this.#enter(live, (lane) => lane.call(name, args.map(crossing)));
  }

  /** Enters with a result. What modules began is not lost when they are loaded: it has an invocation of its own then. */
  settle(live: LiveInvocation, id: number, answer: SubtleAnswer): void {
    const { limits } = this.#bundle;
    const isLate = live.id === 0 && live.over;
    const receiver = isLate ? new LiveInvocation(0, this.#startup.job, limits, limits.cpuMs) : live;
    this.deliver(receiver, "subtleDone", id, answer);
    if (isLate) this.later(() => this.#live.end(receiver));
  }

  /** Ends the isolate, after the current entry if that is on this thread; every invocation in it fails. */
  kill(reason: DeathReason): void {
    if (this.#running && this.#lane.kind === "main") this.#doomed ??= reason;
    else this.#die(reason, undefined);
  }

  /** Lets what runs in it end, and then ends it. No new invocations may come. */
  retire(): void {
    this.#retired = true;
    this.#dieIfRetired();
  }

  readonly entryStart = (): EntryStart => this.#lane.entryStart;
  readonly probed = (): void => this.#observer.probed(this);

  cpuMsOf(live: LiveInvocation): number {
    return this.#running === live ? live.cpuMs + this.#lane.chargedMs() : live.cpuMs;
  }

  fail(live: LiveInvocation, failure: InvocationFailure): void {
    if (!this.#live.end(live)) return;
    live.job.failed(live.usedUp ? usedUpFailure : failure, this.cpuMsOf(live));
    this.#dieIfRetired();
  }

  finish(live: LiveInvocation): void {
    if (live.usedUp) this.fail(live, usedUpFailure);
    else if (this.#live.end(live)) {
      live.job.done(this.cpuMsOf(live));
      this.#dieIfRetired();
    }
  }

  limitAfterwards(live: LiveInvocation): void {
    live.afterwards ??= setTimeout(() => {
      live.limits.hit("wallMs");
      if (!live.cancelled) this.cancel(live, "the time for work after the answer is up");
      this.later(() => this.finish(live));
    }, this.#bundle.limits.wallMs);
  }

  moduleLoaded(hasFetch: boolean): void {
    if (this.#state !== "loading") return;
    if (!hasFetch) {
      this.later(() => this.#failLoading(hasNoFetch(this.#bundle.main)));
      return;
    }
    this.#loading.stopTimer();
    this.#state = "ready";
    this.#live.end(this.#startup);
    this.later(() => this.#loading.over());
  }

  importModule(live: LiveInvocation, id: number, name: string): void {
    this.later(() => {
      this.#enter(live, (lane) =>
        guarding(
          () => lane.evaluate(name, `glue.imported(${id},ns);`),
          (error) => {
            if (this.#prepared.isolate.isDisposed) throw error;
            const failure = this.#modules.evaluationFailure(error);
            const message = failure instanceof Error ? failure.message : String(failure);
            this.#afterEntry.push(() => this.deliver(live, "importFailed", id, message));
          },
        ),
      );
    });
  }

  moduleBytes(name: string): Uint8Array | undefined {
    return this.#modules.bytes(name);
  }

  later(run: () => void): void {
    if (this.#running) this.#afterEntry.push(run);
    else run();
  }

  opFailed(name: string, error: unknown): void {
    this.#observer.opFailed(this, name, error);
    this.kill("internal");
  }

  /** Takes an isolate for the modules to be loaded into. */
  #moveIn(lane: Lane["kind"]): void {
    const premises = moveIn(this.#bundle, lane, this.#source, {
      unclean: (how) => this.#unclean(how),
      outgrown: () => this.#outgrown(),
    });
    this.#prepared = premises.prepared;
    this.#heapBytes = premises.prepared.heapBytes;
    this.#modules = premises.modules;
    this.#wasm = premises.wasm;
    this.#lane = premises.lane;
    this.#prepared.bridge.connect(new TenantOps(this, this.#live, this.#wasm));
  }

  #enter(live: LiveInvocation, run: (lane: Lane) => void | Promise<void>): void {
    if (live.over || this.#state === "dead") return;
    if (this.#running) {
      // It must hear of it if the isolate dies before its turn.
      this.#live.add(live);
      this.#afterEntry.push(() => this.#enter(live, run));
      return;
    }
    const leftMs = Math.max(live.cpuLimitMs - live.cpuMs, leastEntryMs);
    const patient = this.#state === "ready" || this.#lane.kind === "thread";
    this.#observer.entering(this);
    this.#running = live;
    this.#live.entered = live;
    const watched = (lane: Lane) => this.#wasm.watch(lane, run);
    this.#lane.enter(patient ? leftMs : Math.min(leftMs, mainLoadMs), watched, this.#left);
  }

  readonly #left = (outcome: Outcome): void => {
    this.#observer.left(this);
    const live = this.#running as LiveInvocation;
    const loading = this.#state === "loading";
    live.cpuMs += outcome.chargedMs;
    this.#running = undefined;
    this.#live.entered = undefined;
    if (this.#state !== "dead") {
      if (!live.over) this.#live.add(live);
      if (outcome.ranOut) this.#ranOut(live);
      else if (outcome.threw) this.#entryThrew(live, outcome.error);
      if (!live.over && live.cpuMs > live.cpuLimitMs && !loading) this.#usedUp(live);
      if (this.#doomed !== undefined) this.#die(this.#doomed, live);
      this.#tellIfSlow(live, outcome.chargedMs);
    }
    while (this.#afterEntry.length > 0 && !this.#running) {
      // One at a time: on a thread an entry goes on after this, and what follows it has to wait.
      this.#afterEntry.shift()?.();
    }
    this.#dieIfRetired();
  };

  /** Last, since what moves away ends: the entry may have been its death. Not while it loads: somebody is about to use it. */
  #tellIfSlow(live: LiveInvocation, ms: number): void {
    if (ms > slowMs && live !== this.#startup && this.#state !== "dead") this.#observer.slow(this, ms);
  }

  #ranOut(live: LiveInvocation): void {
    const { startupMs } = this.#bundle.limits;
    if (this.#state !== "loading") {
      this.#die(this.#lane.kind === "thread" || live.computed ? "cpu_limit" : "no_time", live);
    } else if (this.#lane.kind === "main" && startupMs > mainLoadMs) {
      // Nothing has left the isolate yet, so the modules can be evaluated once more.
      this.#lane.close();
      this.#wasm.release();
      this.#startup.cpuMs = 0;
      this.#loading.stopTimer();
      this.#moveIn("thread");
      this.load();
    } else {
      this.#loading.failure = tookTooLong(this.#bundle.limits);
      this.#die("startup_limit", live);
    }
  }

  /** Many short slices took more than the request may: the isolate is in order, and hears of it. */
  #usedUp(live: LiveInvocation): void {
    const isNews = live.spend();
    if (isNews && this.#state === "ready" && this.#doomed === undefined) {
      this.deliver(live, "abort", live.id, "the request used up its CPU time");
    }
    this.later(() => this.finish(live));
  }

  #entryThrew(live: LiveInvocation, error: unknown): void {
    const loading = this.#state === "loading";
    if (this.#prepared.isolate.isDisposed) {
      this.#loading.failure = loading ? tooMuchMemory() : undefined;
      this.#die("memory_limit", live);
    } else if (loading) {
      const failure = this.#modules.evaluationFailure(error);
      this.#failLoading(failure instanceof LoadFailure ? failure : new LoadFailure("threw", String(failure)));
    } else {
      // isolated-vm throws rejections that nobody handled out of the entry that drained them.
      live.log("error", `Uncaught (in promise) ${guestStack(error)}`);
    }
  }

  /** WebAssembly has taken what no limit of V8's stops: the isolate ends with the present entry. */
  #outgrown(): void {
    if (this.#running === this.#startup) this.#loading.failure = tooMuchMemory();
    this.#doomed ??= "memory_limit";
  }

  /** What was entered is not over, and nobody is to wait for it. */
  #unclean(how: "parked" | "stuck"): void {
    const loading = this.#state === "loading";
    if (loading) this.#loading.failure = how === "parked" ? tooMuchMemory() : tookTooLong(this.#bundle.limits);
    this.#die(how === "parked" ? "memory_limit" : loading ? "startup_limit" : "cpu_limit", this.#running);
    this.#observer.unclean(this, how);
  }

  #failLoading(failure: LoadFailure): void {
    if (this.#state !== "loading") return;
    this.#loading.failure = failure;
    this.#die(deathOfLoadFailure[failure.kind], undefined);
  }

  #die(reason: DeathReason, guilty: LiveInvocation | undefined): void {
    if (this.#state === "dead") return;
    this.#state = "dead";
    this.#loading.stopTimer();
    this.#lane.close();
    this.#wasm.release();
    if (this.#running) this.#live.add(this.#running);
    for (const live of this.#live.all()) {
      this.fail(
        live,
        this.#loading.failure ? failureOfLoad(this.#loading.failure) : failureOfDeath(reason, live === guilty),
      );
    }
    this.#observer.died(this, reason);
    this.#loading.over();
  }

  #dieIfRetired(): void {
    if (this.#retired && this.inFlight === 0) this.#die("moved", undefined);
  }
}
