import type { Logger } from "pino";
import { systemClock } from "../core/clock.ts";
import type { FrontChild, PoolChild } from "../supervisor/child-kinds.ts";
import type { Fronts } from "../supervisor/fronts.ts";
import { mainThreadCpuMs } from "../supervisor/main-thread-cpu.ts";
import type { SupervisorMetrics } from "../supervisor/metrics.ts";
import type { Pools } from "../supervisor/pools.ts";
import { Shifting } from "../supervisor/shifting.ts";
import {
  type ByKind,
  type Shift,
  type SplitNumbers,
  SplitPolicy,
  usualSplitNumbers,
} from "../supervisor/split-policy.ts";
import { systemTimers as timers } from "../supervisor/timers.ts";
import { defaultTiming as timing } from "../supervisor/timing.ts";

/** What tests change to see within seconds what takes minutes. */
export interface LoadTuning extends Partial<SplitNumbers> {
  /** Between two looks. */
  readonly everyMs?: number;
}

export interface FollowLoadParts {
  readonly fronts: Fronts;
  readonly pools: Pools;
  readonly metrics: SupervisorMetrics;
  readonly logger: Logger;
  /** How long requests in a front that goes may go on. */
  readonly leaveMs: number;
  readonly tuning: LoadTuning;
}

export interface FollowedLoad {
  /** Of an average process of each kind, 0 to 1; null while that is not known. */
  load(): ByKind<number> | null;
  stop(): void;
}

/** Has fronts and shared pool processes become more and fewer with the load between them, as many in all as before. */
export function followLoad(parts: FollowLoadParts): FollowedLoad {
  const { fronts, pools, metrics, logger, leaveMs } = parts;
  const { everyMs = timing.loadMs, ...numbers } = parts.tuning;
  let stopped = false;

  const shift = async (decided: Shift): Promise<void> => {
    const { from, to, count, load, gain } = decided;
    const before = { fronts: fronts.count, pools: pools.count };
    const why = { frontLoad: rounded(load.front), poolLoad: rounded(load.pool), gain: rounded(gain) };
    logger.info(
      { ...before, ...why, from, to, count },
      `the ${to} processes are saturated: ${from} processes become ${to}s`,
    );
    for (let i = 0; i < count; i++) {
      // First the one that is more: there are never fewer than there were.
      const added = to === "front" ? await fronts.add() : await pools.add();
      if (stopped) return;
      if (!added) {
        logger.warn(`one more ${to} process did not start: the ${from} processes stay as they are`);
        return;
      }
      if (from === "front") fronts.remove(leaveMs);
      else pools.remove();
      metrics.shifted(to);
    }
  };

  const shifting = new Shifting<FrontChild | PoolChild>({
    ...{ everyMs, timers, clock: systemClock, shift },
    policy: new SplitPolicy({ ...usualSplitNumbers, ...numbers }),
    settled: () => {
      const [front, pool] = [fronts.settled(), pools.sharedSettled()];
      return front && pool && { front, pool };
    },
    cpuMs: ({ pid }) => (pid === undefined ? null : mainThreadCpuMs(pid)),
  });
  return {
    load: () => shifting.load,
    stop() {
      stopped = true;
      shifting.stop();
    },
  };
}

/** Two decimals are enough to understand it. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
