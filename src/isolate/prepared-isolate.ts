import ivm from "isolated-vm";
import { Bridge } from "./bridge.ts";
import type { EntryReferences, Runtime } from "./runtime.ts";
import type { Watchdog } from "./watchdog.ts";

/** An isolate with the runtime API loaded and no tenant yet. */
export interface PreparedIsolate {
  readonly isolate: ivm.Isolate;
  readonly context: ivm.Context;
  readonly entries: EntryReferences;
  readonly glue: ivm.Module;
  readonly bridge: Bridge;
  readonly runtime: Runtime;
  readonly memoryMb: number;
  /** When it was made. */
  readonly heapBytes: number;
  readonly watchdog: Watchdog;
  readonly watchId: number;
  /**
   * On a thread V8 ran out of memory in a way that it cannot undo: the isolate is lost, its thread
   * stands still for ever and neither may be touched again. (On the main thread V8 aborts the process.)
   */
  onCatastrophe: () => void;
}

/** Ends an isolate, unless that has been done or another thread comes first: the watch's, or its own for want of memory. */
export function disposeOf({ isolate }: PreparedIsolate): void {
  if (isolate.isDisposed) return;
  try {
    isolate.dispose();
  } catch (error) {
    if (!isolate.isDisposed) throw error;
  }
}

/**
 * Makes an isolate ready for a tenant, which is most of a cold start, in steps of some milliseconds. Whoever
 * takes them one by one lets others go between.
 */
export function* preparing(
  runtime: Runtime,
  watchdog: Watchdog,
  memoryMb: number,
): Generator<undefined, PreparedIsolate, undefined> {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMb, onCatastrophicError: () => prepared?.onCatastrophe() });
  let prepared: PreparedIsolate | undefined;
  try {
    yield;
    const context = isolate.createContextSync();
    const script = runtime.compile(isolate);
    yield;
    const bridge = new Bridge(runtime);
    const { entries, glue } = runtime.boot(script, isolate, context, bridge.ops);
    const watchId = watchdog.register(isolate);
    const heapBytes = bytesOf(isolate.getHeapStatisticsSync());
    prepared = {
      ...{ isolate, context, entries, glue, bridge, runtime, memoryMb, heapBytes, watchdog, watchId },
      onCatastrophe: () => undefined,
    };
    return prepared;
  } finally {
    // Given up before the end.
    if (!prepared) isolate.dispose();
  }
}

/** Bytes of V8 heap and of array buffers beside it. */
export function bytesOf(heap: ivm.HeapStatistics): number {
  return heap.total_physical_size + heap.externally_allocated_size;
}
