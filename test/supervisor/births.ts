import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/core/clock.ts";
import type { Bundle, LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import type { FromFront, FrontSettings, PoolSettings } from "../../src/core/messages.ts";
import type { NewsListener } from "../../src/supervisor/child.ts";
import { FrontChild, PoolChild } from "../../src/supervisor/child-kinds.ts";
import type { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { systemTimers, type Timers } from "../../src/supervisor/timers.ts";
import { defaultTiming } from "../../src/supervisor/timing.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));

let births = 0;

/** Forks the front fixture. `mode`: see fixtures/front.ts. */
export function bearFront(
  mode = "",
  timers: Timers = systemTimers,
  onNews: NonNullable<NewsListener<FromFront>["onNews"]> = () => undefined,
): FrontChild {
  births += 1;
  const { frontBeatMs: beatMs, frontStallMs, startMs } = defaultTiming;
  const env = { MODE: mode };
  const common = { kind: "front", id: `f${births}`, path: fixture("front"), env, beatMs, startMs } as const;
  const stalled = (unansweredMs: number) => unansweredMs >= frontStallMs;
  return new FrontChild({ ...common, execArgv: [], timers, clock: systemClock, onNews }, stalled);
}

/** Forks the pool fixture and sends it `start`. */
export function bearPool(directory: RunDirectory, timers: Timers = systemTimers): PoolChild {
  births += 1;
  const id = `p${births}`;
  const { poolBeatMs: beatMs, poolStallMs, startMs } = defaultTiming;
  const common = { kind: "pool", id, path: fixture("pool"), env: {}, beatMs, startMs } as const;
  const own = { execArgv: [], timers, clock: systemClock };
  const pool = new PoolChild({ ...common, ...own }, poolStallMs, directory);
  pool.send({ type: "start", settings: poolSettings(id, pool.socketPath) });
  return pool;
}

export function frontSettings(id: string, port: number): FrontSettings {
  return {
    id,
    host: "127.0.0.1",
    port,
    sharePort: true,
    dataDir: "/nowhere",
    logLevel: "silent",
    poolConcurrency: 1,
    tenantLimits: defaultLimits,
    fronts: 1,
    queueLength: 1,
    queueMs: 1,
    controlPort: 0,
    egress: { allow: [], deny: [] },
    maxHops: 8,
    fallbackMs: 1,
    containers: { directory: "/tmp", concurrency: 1, instances: 1, pauseMs: 1_000, idleMs: 1_000 },
    isolates: null,
  };
}

function poolSettings(id: string, socketPath: string): PoolSettings {
  return {
    id,
    socketPath,
    runtimeSource: { core: "", parts: {}, node: {} },
    warmMemoryMb: 1,
    preparedIsolates: 0,
    preparedMemoryMb: 128,
    logLevel: "silent",
  };
}

export function liveFunction(name: string, versionId: string): LiveFunction {
  return { name, tenant: "default", group: "shared", versionId, routes: [], limits: defaultLimits };
}

export function bundle(main: string, env: Record<string, string> = {}): Bundle {
  return { main, modules: [], env, limits: defaultLimits };
}
