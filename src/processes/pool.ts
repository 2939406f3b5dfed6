import { fstatSync, writeSync } from "node:fs";
import { pino } from "pino";
import { blameFd, encodeBlame } from "../core/blame-mark.ts";
import { childChannel } from "../core/child-side.ts";
import { defaultLimits } from "../core/limits.ts";
import type { FromPool, PoolSettings, ToPool } from "../core/messages.ts";
import { Preparer } from "../isolate/preparer.ts";
import { Runtime } from "../isolate/runtime.ts";
import { Bundles } from "../pool/bundles.ts";
import { IsolateHost } from "../pool/isolate-host.ts";
import { PoolMetrics } from "../pool/pool-metrics.ts";
import { PoolServer } from "../pool/pool-server.ts";
import { WarmIsolates } from "../pool/warm-isolates.ts";

/** The root of a pool process: runs guest code, holds no sockets but those of the fronts. */

const bundleCacheBytes = 64 * 1024 * 1024;
const mebibyte = 1024 * 1024;

const channel = childChannel<ToPool, FromPool>();
channel.onMessage((message) => {
  if (message.type === "start") void start(message.settings);
});

async function start(settings: PoolSettings): Promise<void> {
  const logger = pino({ level: settings.logLevel, base: { process: settings.id } });
  const preparer = new Preparer(new Runtime(settings.runtimeSource), settings.preparedIsolates, defaultLimits.memoryMb);
  const warm = new WarmIsolates(settings.warmMemoryMb * mebibyte);
  const metrics = new PoolMetrics(settings.id, { isolates: () => warm.size, bytes: () => warm.bytes, prepared: () => preparer.ready });
  const host = new IsolateHost({ preparer, warm, bundles: new Bundles(bundleCacheBytes), metrics, logger, mark: blameMarker() });
  await new PoolServer(host).listen(settings.socketPath);

  channel.onMessage((message) => {
    if (message.type === "check") {
      void host.check(message.bundle).then((problem) => channel.send({ type: "checked", seq: message.seq, problem }));
    } else if (message.type === "metrics") {
      void metrics.registry.getMetricsAsJSON().then((json) => channel.send({ type: "metrics", seq: message.seq, metrics: json }));
    } else if (message.type === "drain") {
      host.close();
      // isolated-vm can hang in process.exit() once its threads have run; a signal always works.
      process.exitCode = 0;
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 1_000).unref();
      process.exit(0);
    }
  });
  channel.send({ type: "ready" });
}

/**
 * Writes which version is entered to the file that the supervisor opened. The call costs 2 µs, so
 * it is made only when another version runs than before.
 */
function blameMarker(): (key: string) => void {
  try {
    fstatSync(blameFd);
  } catch {
    throw new Error(`a pool process needs its blame file as descriptor ${blameFd}`);
  }
  let last = "";
  return (key) => {
    if (key === last) return;
    last = key;
    writeSync(blameFd, encodeBlame(key), 0, undefined, 0);
  };
}
