import { setTimeout as pause } from "node:timers/promises";
import type { LiveFunction } from "../core/deployment.ts";
import type { HeatRecord } from "../core/heat.ts";
import { type PrewarmOutcome, prewarmOutcomes } from "../core/prewarm.ts";
import type { Fronts } from "./fronts.ts";
import { Heat } from "./heat.ts";
import type { Timers } from "./timers.ts";
import type { Timing } from "./timing.ts";

/** A process that has requests is asked again so often, so much later each time: then its versions' own requests load them. */
const [tries, againMs] = [20, 25];
/** For all that were hot. */
const longestRunMs = 60_000;

export type PrewarmOccasion = "deploy" | "hot";

export interface PrewarmingParts {
  readonly fronts: Pick<Fronts, "prewarm" | "uses" | "versionOf">;
  /** What earlier runs have stored. */
  readonly remembered: readonly HeatRecord[];
  readonly save: (records: readonly HeatRecord[]) => Promise<void>;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly epochMs: () => number;
  readonly onOutcome: (occasion: PrewarmOccasion, outcome: PrewarmOutcome) => void;
  readonly logger: Record<"info" | "error", (fields: object, message: string) => void>;
}

/**
 * Has versions loaded before anybody asks for them: one that is deployed, in its home and before it is live; and those that
 * were hot, in the order of their heat, when the server or a pool process begins. Those take only what is to spare: one
 * after the other with a pause as long as each took, not while their process has requests, and half of its memory.
 */
export class Prewarming {
  readonly #parts: PrewarmingParts;
  readonly #heat: Heat;
  #cancel: () => void = () => undefined;
  #running = false;
  /** There are new processes since the present run began. */
  #again = false;
  #stopped = false;

  constructor(parts: PrewarmingParts) {
    this.#parts = parts;
    this.#heat = new Heat(parts.remembered);
  }

  /** Everything is up. */
  start(): void {
    const { timers, timing } = this.#parts;
    this.#cancel = timers.every(timing.heatMs, () => void this.#store());
    this.warmHot();
  }

  /** Resolves when a version is loaded, or is not going to be for now: no deploy fails for that. */
  async deployed(fn: LiveFunction): Promise<void> {
    if (fn.tier === "container") return;
    await this.#warm(fn, "deploy", false, this.#parts.timing.prewarmMs);
  }

  /** There are pool processes in which nothing is loaded. Returns at once. */
  warmHot(): void {
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  /** Resolves when the heat is stored. Before the fronts end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#store();
  }

  async #store(): Promise<void> {
    const { fronts, timing, epochMs, save, logger } = this.#parts;
    this.#heat.used(await fronts.uses(timing.metricsMs), epochMs());
    try {
      await save(this.#heat.hottest(epochMs()));
    } catch (error) {
      logger.error({ err: error }, "how much functions are used could not be stored");
    }
  }

  async #run(): Promise<void> {
    const { fronts, timing, epochMs, logger } = this.#parts;
    this.#running = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const untilMs = performance.now() + longestRunMs;
      this.#heat.used(await fronts.uses(timing.metricsMs), epochMs());
      let warm = 0;
      for (const { key } of this.#heat.hottest(epochMs())) {
        if (this.#again || this.#stopped || performance.now() > untilMs) break;
        const fn = fronts.versionOf(key);
        // Who is in quarantine has to be asked for.
        if (fn?.group === "shared" && (await this.#warmWhenIdle(fn)) === "warm") warm++;
      }
      if (warm > 0) logger.info({ versions: warm }, "versions that were hot are loaded");
    }
    this.#running = false;
  }

  async #warmWhenIdle(fn: LiveFunction): Promise<PrewarmOutcome> {
    for (let left = tries; ; left--) {
      const startedAtMs = performance.now();
      const outcome = await this.#warm(fn, "hot", true, fn.limits.startupMs + this.#parts.timing.prewarmMs);
      if (outcome !== "busy" || left === 0 || this.#stopped) {
        await pause(performance.now() - startedAtMs);
        return outcome;
      }
      await pause(againMs);
    }
  }

  async #warm(
    fn: LiveFunction,
    occasion: PrewarmOccasion,
    spareOnly: boolean,
    withinMs: number,
  ): Promise<PrewarmOutcome> {
    const said = await this.#parts.fronts.prewarm(fn, spareOnly, withinMs);
    // What one front has had loaded is loaded.
    const outcome = prewarmOutcomes.find((one) => said.includes(one)) ?? "lost";
    if (outcome !== "busy") this.#parts.onOutcome(occasion, outcome);
    return outcome;
  }
}
