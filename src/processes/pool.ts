import { writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { pino } from "pino";
import { blameFd, encodeBlame, encodeThreads, threadsAt } from "../core/blame-mark.ts";
import { childChannel } from "../core/child-side.ts";
import type { FromPool, PoolSettings, ToPool } from "../core/messages.ts";
import { Preparer } from "../isolate/preparer.ts";
import { Runtime } from "../isolate/runtime.ts";
import { ThreadSlots } from "../isolate/thread-slots.ts";
import { Watchdog } from "../isolate/watchdog.ts";
import { BreachReports } from "../pool/breach-reports.ts";
import { Bundles } from "../pool/bundles.ts";
import { IsolateHost, type IsolateHostParts } from "../pool/isolate-host.ts";
import { Lanes } from "../pool/lanes.ts";
import { PoolMetrics } from "../pool/pool-metrics.ts";
import { PoolServer } from "../pool/pool-server.ts";
import { ThreadNotes } from "../pool/thread-notes.ts";
import { WarmIsolates } from "../pool/warm-isolates.ts";

/** The root of a pool process: runs guest code, holds no sockets but those of the fronts. */

const bundleCacheBytes = 64 * 1024 * 1024;
const markEveryMs = 20;
const mebibyte = 1024 * 1024;

keepYoungGeneration();
const channel = childChannel<ToPool, FromPool>();
const early: ToPool[] = [];
channel.onMessage((message) => {
  if (message.type === "start") void start(message.settings);
  else early.push(message);
});

async function start(settings: PoolSettings): Promise<void> {
  const logger = pino({ level: settings.logLevel, base: { process: settings.id } });
  const watchdog = new Watchdog();
  const preparer = new Preparer(
    new Runtime(settings.runtimeSource),
    watchdog,
    settings.preparedIsolates,
    settings.preparedMemoryMb,
  );
  const warm = new WarmIsolates(settings.warmMemoryMb * mebibyte);
  const metrics = new PoolMetrics(settings.id, {
    isolates: () => warm.size,
    bytes: () => warm.bytes,
    prepared: () => preparer.ready,
  });
  const bundles = new Bundles(bundleCacheBytes);
  const breaches = new BreachReports((key, kind, count) => channel.send({ type: "breach", key, kind, count }));
  const slots = new ThreadSlots();
  const lanes = new Lanes();
  const host = new IsolateHost({
    ...{ lanes, warm, bundles, metrics, logger },
    source: { slots, take: (memoryMb) => preparer.take(memoryMb) },
    ...blameMarks(),
    threads: new ThreadNotes((keys) => writeSync(blameFd, encodeThreads(keys), 0, undefined, threadsAt)),
    breach: (key, kind) => breaches.add(key, kind),
    onUnclean: (key, how) => {
      breaches.add(key, "catastrophic");
      channel.send({ type: "retire", reason: `an isolate was left ${how} on its thread` });
    },
  });
  const server = new PoolServer(host);
  await server.listen(settings.socketPath);

  const handle = (message: ToPool): void => {
    if (message.type === "check") {
      void host.check(message.bundle).then((problem) => channel.send({ type: "checked", seq: message.seq, problem }));
    } else if (message.type === "metrics") {
      void metrics.registry
        .getMetricsAsJSON()
        .then((json) => channel.send({ type: "metrics", seq: message.seq, metrics: json }));
    } else if (message.type === "doubt") {
      lanes.doubt();
    } else if (message.type === "leave") {
      void server.left().then(() => channel.send({ type: "left", seq: message.seq }));
    } else if (message.type === "drain") {
      // With live isolates isolated-vm can hang in exit(); the supervisor kills what does not go.
      host.close();
      preparer.close();
      watchdog.close();
      process.exit(0);
    }
  };
  for (const message of early.splice(0)) handle(message);
  channel.onMessage(handle);
  channel.send({ type: "ready" });
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
function blameMarks(): Pick<IsolateHostParts, "mark" | "markIdle"> {
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
      writeSync(blameFd, encodeBlame({ key, allowanceMs, entries }), 0, undefined, 0);
    },
    markIdle() {
      if (last === "") return;
      last = "";
      writeSync(blameFd, encodeBlame(null), 0, undefined, 0);
    },
  };
}
