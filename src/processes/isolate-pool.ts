import { writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { encodeBlame, encodeThreads, threadsAt } from "../core/blame-mark.ts";
import type { IsolateSettings } from "../core/messages.ts";
import { Preparer } from "../isolate/preparer.ts";
import { Runtime } from "../isolate/runtime.ts";
import { ThreadSlots } from "../isolate/thread-slots.ts";
import { Watchdog } from "../isolate/watchdog.ts";
import { Bundles } from "../pool/bundles.ts";
import { IsolateHost, type IsolateHostParts } from "../pool/isolate-host.ts";
import { Lanes } from "../pool/lanes.ts";
import { PoolMetrics } from "../pool/pool-metrics.ts";
import { ThreadNotes } from "../pool/thread-notes.ts";
import { WarmIsolates } from "../pool/warm-isolates.ts";

const bundleCacheBytes = 64 * 1024 * 1024;
const markEveryMs = 20;
const mebibyte = 1024 * 1024;

export interface IsolatePoolParts extends Pick<IsolateHostParts, "logger" | "breach" | "onUnclean"> {
  /** Of the process, in metrics. */
  readonly id: string;
  readonly settings: IsolateSettings;
  readonly logger: Logger;
  /** Descriptor of the file in which it notes for the supervisor what it enters. */
  readonly notesFd: number;
}

/** The isolates of one process, and all that they need there. */
export interface IsolatePool {
  readonly host: IsolateHost;
  readonly lanes: Lanes;
  readonly metrics: PoolMetrics;
  /** Before the process ends: with live isolates isolated-vm can hang or crash in exit(). */
  close(): void;
}

/** Once in a process: it also sets flags of V8. */
export function createIsolatePool({ id, settings, logger, notesFd, breach, onUnclean }: IsolatePoolParts): IsolatePool {
  keepYoungGeneration();
  const watchdog = new Watchdog();
  const preparer = new Preparer(
    new Runtime(settings.runtimeSource),
    watchdog,
    settings.preparedIsolates,
    settings.preparedMemoryMb,
  );
  const warm = new WarmIsolates(settings.warmMemoryMb * mebibyte);
  const metrics = new PoolMetrics(id, {
    isolates: () => warm.size,
    bytes: () => warm.bytes,
    prepared: () => preparer.ready,
  });
  const marks = blameMarks(notesFd);
  const bundles = new Bundles(bundleCacheBytes);
  const slots = new ThreadSlots();
  const lanes = new Lanes();
  const host = new IsolateHost({
    ...{ lanes, warm, bundles, metrics, logger, breach, onUnclean },
    source: { slots, take: (memoryMb) => preparer.take(memoryMb) },
    ...marks,
    threads: new ThreadNotes((keys) => writeSync(notesFd, encodeThreads(keys), 0, undefined, threadsAt)),
  });
  return {
    ...{ host, lanes, metrics },
    close() {
      host.close();
      preparer.close();
      watchdog.close();
      // Whatever ends this process now, no function does.
      marks.markIdle();
    },
  };
}

/**
 * The flags for this process's own heap are read again for each isolate, and would let guests go
 * past their memory limits. 0 is V8's own default.
 */
function keepYoungGeneration(): void {
  setFlagsFromString("--min-semi-space-size=0");
  setFlagsFromString("--max-semi-space-size=0");
}

/**
 * Writes which version is entered to the file that the supervisor opened. The call costs 2 µs, so
 * it is made only when another version runs than before, or none was made for so long that the
 * supervisor could take many entries for one.
 */
function blameMarks(notesFd: number): Pick<IsolateHostParts, "mark" | "markIdle"> {
  let last = "";
  let lastAllowanceMs = 0;
  let writtenAtMs = 0;
  let entries = 0;
  return {
    mark(key, allowanceMs) {
      entries = (entries + 1) >>> 0;
      const now = performance.now();
      if (key === last && allowanceMs === lastAllowanceMs && now - writtenAtMs < markEveryMs) return;
      last = key;
      lastAllowanceMs = allowanceMs;
      writtenAtMs = now;
      writeSync(notesFd, encodeBlame({ key, allowanceMs, entries }), 0, undefined, 0);
    },
    markIdle() {
      if (last === "") return;
      last = "";
      writeSync(notesFd, encodeBlame(null), 0, undefined, 0);
    },
  };
}
