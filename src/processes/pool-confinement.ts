import type { Config } from "../config.ts";
import { codePaths } from "../supervisor/confinement/code-paths.ts";
import { Confinement } from "../supervisor/confinement/confinement.ts";
import type { RunDirectory } from "../supervisor/run-directory.ts";
import { systemTimers as timers } from "../supervisor/timers.ts";
import { defaultTiming } from "../supervisor/timing.ts";
import { rootFile, v8Flags } from "./node-options.ts";

/** @throws StartError when a measure is required that this machine does not allow. */
export function confinePools(config: Config, directory: RunDirectory): Promise<Confinement> {
  return Confinement.prepare({
    mode: config.confinement,
    firstUid: config.poolUid,
    memoryMb: config.poolMemoryMb,
    cgroup: config.poolCgroup,
    directory,
    entry: rootFile("pool"),
    flags: v8Flags("pool"),
    readable: codePaths(),
    timers,
    beatMs: defaultTiming.poolBeatMs,
    compileCache: () => null,
  });
}
