import type { GuestEntries } from "../../runtime-api/ops.ts";

/** How an entry went. The object is used again for the next one. */
export interface Outcome {
  /** CPU milliseconds to charge for it. */
  chargedMs: number;
  /** It took longer than it may, and the isolate was ended for it. */
  ranOut: boolean;
  threw: boolean;
  error: unknown;
}

/** When an entry began, by both clocks: the only time that the guest is told. */
export interface EntryStart {
  monotonicMs: number;
  epochMs: number;
}

/**
 * Where an isolate is entered: on this process's main thread, or on one of isolated-vm's. An isolate
 * keeps its lane for life: a synchronous entry that waits for a thread to leave the isolate could
 * not be ended by anybody.
 */
export interface Lane {
  readonly kind: "main" | "thread";
  /** Of the present entry, or of the last. The object is used again. */
  readonly entryStart: EntryStart;
  /**
   * Runs `run`, which enters the isolate by `call` or `evaluate`, for as long as `cpuMs` allows, and
   * then calls `left`: before it returns in the main lane, later in a thread's.
   */
  enter(cpuMs: number, run: (lane: Lane) => void | Promise<void>, left: (outcome: Outcome) => void): void;
  /** CPU milliseconds of the present entry so far. */
  chargedMs(): number;
  /** Calls a guest's entry point. Only within `enter`. */
  call<Name extends keyof GuestEntries>(name: Name, args: readonly unknown[]): void | Promise<void>;
  /** Evaluates a module of the bundle, then `then`; see ModuleGraph. Only within `enter`. */
  evaluate(name: string, then: string): void | Promise<void>;
  /** Tells bytes of heap and of buffers beside it. Only within `enter`: microtasks that were left run in it. */
  heapBytes(measured: (bytes: number) => void): void | Promise<void>;
  /** Disposes of the isolate, and of what runs in it. */
  close(): void;
}

/** `run`, with what it throws or rejects with given to `onError`. */
export function guarding(run: () => void | Promise<void>, onError: (error: unknown) => void): void | Promise<void> {
  try {
    return run()?.catch(onError);
  } catch (error) {
    onError(error);
  }
}
