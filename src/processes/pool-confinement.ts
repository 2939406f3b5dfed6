import { join } from "node:path";
import type { Config } from "../config.ts";
import { Confinement } from "../supervisor/confinement/confinement.ts";
import { Parser, parserFlags, parserMemoryMb } from "../supervisor/parser.ts";
import type { RunDirectory } from "../supervisor/run-directory.ts";
import { systemTimers as timers } from "../supervisor/timers.ts";
import { defaultTiming } from "../supervisor/timing.ts";
import { nodeFlags } from "./node-options.ts";
import { buildParserCode, type PoolCode } from "./process-code.ts";

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

/** What reads uploads, held as pool processes are. */
export function confinedParser(pools: Confinement, folder: string): Parser {
  const entry = join(folder, "parser.cjs");
  return new Parser({
    ...{ entry, timers, makeEntry: () => buildParserCode(entry) },
    confinement: pools.ofKind({ flags: parserFlags, memoryMb: parserMemoryMb, readable: [entry] }),
  });
}
