import type ivm from "isolated-vm";
import { clockAllowanceMs, entryMeter } from "./entry-meter.ts";
import type { EntryStart, Lane, Outcome } from "./lane.ts";
import type { ModuleGraph } from "./modules.ts";
import { bytesOf, disposeOf, type PreparedIsolate } from "./prepared-isolate.ts";

/** Enters synchronously: the cheapest way, but while it runs, nothing else of this process does. */
export class MainLane implements Lane {
  readonly kind = "main";
  readonly entryStart: EntryStart = { monotonicMs: 0, epochMs: 0 };
  readonly #prepared: PreparedIsolate;
  readonly #modules: ModuleGraph;
  readonly #outcome: Outcome = { chargedMs: 0, ranOut: false, threw: false, error: undefined };

  constructor(prepared: PreparedIsolate, modules: ModuleGraph) {
    this.#prepared = prepared;
    this.#modules = modules;
    const { runtime, isolate, context, entries, bridge } = prepared;
    bridge.handPart = (name) => runtime.handPart(name, isolate, context, entries);
  }

  enter(cpuMs: number, run: (lane: Lane) => void | Promise<void>, left: (outcome: Outcome) => void): void {
    const { watchdog, watchId } = this.#prepared;
    const outcome = this.#outcome;
    outcome.threw = false;
    outcome.error = undefined;
    this.entryStart.monotonicMs = entryMeter.start();
    this.entryStart.epochMs = Date.now();
    watchdog.enter(watchId, clockAllowanceMs(cpuMs));
    try {
      // Never a promise: `call` and `evaluate` of this lane return nothing.
      void run(this);
    } catch (error) {
      outcome.threw = true;
      outcome.error = error;
    }
    outcome.ranOut = watchdog.leave();
    outcome.chargedMs = entryMeter.chargedMs();
    left(outcome);
  }

  chargedMs(): number {
    return entryMeter.chargedMs();
  }

  call(name: keyof PreparedIsolate["entries"], args: readonly unknown[]): void {
    const entry = this.#prepared.entries[name] as ivm.Reference<(...args: unknown[]) => void>;
    entry.applySync(undefined, args as never[]);
  }

  evaluate(name: string, then: string): void {
    this.#modules.evaluate(name, then);
  }

  heapBytes(measured: (bytes: number) => void): void {
    measured(bytesOf(this.#prepared.isolate.getHeapStatisticsSync()));
  }

  close(): void {
    const { watchdog, watchId } = this.#prepared;
    watchdog.forget(watchId);
    disposeOf(this.#prepared);
  }
}
