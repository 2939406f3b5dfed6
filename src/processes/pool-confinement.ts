import type { Config } from "../config.ts";
import { Confinement } from "../supervisor/confinement/confinement.ts";
import type { RunDirectory } from "../supervisor/run-directory.ts";
import { systemTimers as timers } from "../supervisor/timers.ts";
import { defaultTiming } from "../supervisor/timing.ts";
import { nodeFlags } from "./node-options.ts";
import type { PoolCode } from "./process-code.ts";

/** @throws StartError when a measure is required that this machine does not allow. */
export function confinePools(config: Config, directory: RunDirectory, code: PoolCode): Promise<Confinement> {
  return Confinement.prepare({
    mode: config.confinement,
    firstUid: config.poolUid,
    memoryMb: config.poolMemoryMb,
    cgroup: config.poolCgroup,
    directory,
    flags: nodeFlags("pool"),
    readable: code.readable,
    timers,
    beatMs: defaultTiming.poolBeatMs,
  });
}
