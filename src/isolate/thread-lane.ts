import type ivm from "isolated-vm";
import { clockAllowanceMs } from "./entry-meter.ts";
import type { EntryStart, Lane, Outcome } from "./lane.ts";
import type { ModuleGraph } from "./modules.ts";
import { bytesOf, disposeOf, type PreparedIsolate } from "./prepared-isolate.ts";
import { ThreadMeter } from "./thread-meter.ts";
import type { ThreadSlots } from "./thread-slots.ts";

/** CPU time from an isolate's disposal to the end of what ran in it; some built-ins of V8 take no notice. */
const stuckMs = 150;
/** How finely the CPU time of an entry is watched. */
const leastWaitMs = 5;

export interface ThreadLaneEvents {
  /** The isolate was disposed of, and its code runs on nevertheless; or V8 has given it up, and its thread with it. */
  unclean(how: "stuck" | "parked"): void;
}

/**
 * Enters on a thread: each entry and each op costs a change of threads (some 70 µs), and the main
 * thread goes on meanwhile. For code that computes for long, and for code in doubt: where V8 would
 * abort the process for want of memory, it parks the thread instead.
 */
export class ThreadLane implements Lane {
  readonly kind = "thread";
  readonly entryStart: EntryStart = { monotonicMs: 0, epochMs: 0 };
  readonly #prepared: PreparedIsolate;
  readonly #modules: ModuleGraph;
  readonly #slots: ThreadSlots;
  readonly #events: ThreadLaneEvents;
  readonly #meter = new ThreadMeter();
  #running = false;
  #ranOut = false;
  #parked = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(prepared: PreparedIsolate, modules: ModuleGraph, slots: ThreadSlots, events: ThreadLaneEvents) {
    this.#prepared = prepared;
    this.#modules = modules;
    this.#slots = slots;
    this.#events = events;
    prepared.onCatastrophe = () => this.#park();
  }

  enter(cpuMs: number, run: (lane: Lane) => void | Promise<void>, left: (outcome: Outcome) => void): void {
    this.#slots.take(() => void this.#enter(cpuMs, run, left));
  }

  async #enter(cpuMs: number, run: (lane: Lane) => void | Promise<void>, left: (outcome: Outcome) => void) {
    const outcome: Outcome = { chargedMs: 0, ranOut: false, threw: false, error: undefined };
    this.#running = true;
    this.#meter.start();
    this.entryStart.monotonicMs = performance.now();
    this.entryStart.epochMs = Date.now();
    this.#watch(cpuMs, performance.now() + clockAllowanceMs(cpuMs));
    try {
      await run(this);
    } catch (error) {
      outcome.threw = true;
      outcome.error = error;
    }
    clearTimeout(this.#timer);
    this.#meter.stop();
    this.#running = false;
    this.#slots.give();
    outcome.ranOut = this.#ranOut;
    outcome.chargedMs = this.#ranOut ? cpuMs : this.#meter.chargedMs();
    left(outcome);
  }

  chargedMs(): number {
    return this.#running ? this.#meter.chargedMs() : 0;
  }

  call(name: keyof PreparedIsolate["entries"], args: readonly unknown[]): Promise<void> {
    const entry = this.#prepared.entries[name] as ivm.Reference<(...args: unknown[]) => void>;
    return entry.apply(undefined, args as never[]);
  }

  evaluate(name: string, then: string): Promise<void> {
    return this.#modules.evaluateOnThread(name, then);
  }

  async heapBytes(measured: (bytes: number) => void): Promise<void> {
    measured(bytesOf(await this.#prepared.isolate.getHeapStatistics()));
  }

  close(): void {
    this.#prepared.watchdog.forget(this.#prepared.watchId);
    if (this.#parked) return;
    if (this.#running) this.#end();
    else disposeOf(this.#prepared);
  }

  /** What `enter` waits for never comes. */
  #park(): void {
    this.#parked = true;
    this.#meter.stop();
    this.#running = false;
    clearTimeout(this.#timer);
    this.#slots.give();
    this.#events.unclean("parked");
  }

  /** Ends the entry when it has used its CPU time, or has not come to it by the clock. */
  #watch(cpuMs: number, untilMs: number): void {
    const leftMs = Math.min(cpuMs - this.#meter.chargedMs(), untilMs - performance.now());
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#watch(cpuMs, untilMs), Math.max(leftMs, leastWaitMs));
    } else {
      this.#ranOut = true;
      this.#end();
    }
  }

  /** Disposes of what runs, and says so when that does not end it. */
  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    disposeOf(this.#prepared);
    this.#meter.start();
    this.#watchEnd();
  }

  #watchEnd(): void {
    const leftMs = stuckMs - this.#meter.chargedMs();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#watchEnd(), Math.max(leftMs, leastWaitMs));
    else this.#events.unclean("stuck");
  }
}
