import { setTimeout as delay } from "node:timers/promises";
import { type RunningIslet, startIslet } from "../peers/islet.ts";
import { progress } from "../scenario.ts";
import { Counters } from "./counters.ts";
import { type GoodFunction, goodFunctions } from "./good-functions.ts";
import { goodTraffic } from "./good-traffic.ts";
import { type HostileFunction, hostileFunctions } from "./hostile-functions.ts";
import { hostileTraffic } from "./hostile-traffic.ts";
import { Kills } from "./kills.ts";
import { type Memory, memoryOf } from "./memory.ts";
import type { SoakSettings } from "./settings.ts";
import { Tally } from "./tally.ts";

const hostileShare = 0.2;
const fronts = 2;
const pools = 2;
const lookMs = 500;
const wholeMs = 60_000;
/** Of the births and of the time. After each phase memory is looked at. */
const phases = [
  { name: "warm-up", share: 0.2, killing: false },
  { name: "churn without kills", share: 0.3, killing: false },
  { name: "churn with kills", share: 0.5, killing: true },
] as const;

export interface SoakResult {
  readonly good: Tally;
  readonly hostile: Tally;
  readonly failures: readonly string[];
  readonly counters: Counters;
  readonly kills: Kills["count"];
  /** After the warm-up, after the churn that ends isolates only, and after the one with kills. */
  readonly memory: { readonly before: Memory; readonly churned: Memory; readonly after: Memory };
  readonly seconds: number;
}

/** One server from its start to its end; see bench/README.md for the phases. */
export async function soak(settings: SoakSettings, logFd?: number): Promise<SoakResult> {
  const started = performance.now();
  const hostile = hostileFunctions(Math.round(settings.functions * hostileShare));
  const good = goodFunctions(settings.functions - hostile.length);
  const { isolation } = settings;
  const server = await startIslet([], {
    logFd,
    settings: {
      ...{ FRONTS: fronts, POOLS: pools, WARM_MEMORY_MB: settings.warmMemoryMb },
      ...(isolation !== undefined && { ISOLATION: isolation }),
    },
  });
  try {
    for (const { name, source, manifest } of [...good, ...hostile]) await server.deploy(name, source, manifest);
    const run = new SoakRun(server, settings, good, hostile);
    const memory = await run.phases();
    const seconds = (performance.now() - started) / 1_000;
    const { good: goodTally, hostile: hostileTally, failures, counters, kills } = run;
    return { good: goodTally, hostile: hostileTally, failures, counters, kills: kills.count, memory, seconds };
  } finally {
    await server.stop();
  }
}

class SoakRun {
  readonly good = new Tally();
  readonly hostile = new Tally();
  readonly failures: string[] = [];
  readonly counters = new Counters();
  readonly kills: Kills;
  readonly #server: RunningIslet;
  readonly #settings: SoakSettings;
  readonly #goodFunctions: readonly GoodFunction[];
  readonly #hostileFunctions: readonly HostileFunction[];

  constructor(
    server: RunningIslet,
    settings: SoakSettings,
    good: readonly GoodFunction[],
    hostile: readonly HostileFunction[],
  ) {
    this.#server = server;
    this.#settings = settings;
    this.#goodFunctions = good;
    this.#hostileFunctions = hostile;
    this.kills = new Kills({ pids: () => server.pids(), whole: () => this.#whole() });
  }

  async phases(): Promise<SoakResult["memory"]> {
    const { births, seconds, allBirths } = this.#settings;
    const memory: Memory[] = [];
    let share = 0;
    for (const phase of phases) {
      share += phase.share;
      await this.#load(births * share, seconds * phase.share, phase.killing);
      memory.push(await this.#atRest(phase.name));
    }
    if (allBirths && this.counters.births < births) {
      this.failures.push(`only ${this.counters.births} of ${births} isolates were born within the time`);
    }
    const [before, churned, after] = memory as [Memory, Memory, Memory];
    return { before, churned, after };
  }

  /** All traffic until so many isolates have been born in all, or the time is over. */
  async #load(births: number, seconds: number, killing: boolean): Promise<void> {
    const { clients, hostileRate, poolKillMs, frontKillMs } = this.#settings;
    const stopping = new AbortController();
    const stop = AbortSignal.any([stopping.signal, AbortSignal.timeout(Math.round(seconds * 1_000))]);
    const origin = new URL(this.#server.url("any")).origin;
    const parts = [
      goodTraffic({
        ...{ origin, functions: this.#goodFunctions, clients, tally: this.good, failures: this.failures, stop },
        frontWasKilled: (at) => this.kills.frontWasKilled(at),
      }),
      hostileTraffic({
        ...{ origin, requestsPerSecond: hostileRate, tally: this.hostile, stop },
        functions: this.#hostileFunctions.filter(({ kills }) => killing || !kills),
      }),
      this.#untilBorn(births, stop).finally(() => stopping.abort()),
    ];
    if (killing) parts.push(this.kills.run("pool", poolKillMs, stop), this.kills.run("front", frontKillMs, stop));
    await Promise.all(parts);
  }

  async #untilBorn(births: number, stop: AbortSignal): Promise<void> {
    while (this.counters.births < births && !stop.aborted) {
      await delay(lookMs);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const answer = await fetch(`${this.#server.controlUrl}/metrics`, { signal: AbortSignal.timeout(wholeMs) });
    this.counters.read(await answer.text());
  }

  async #atRest(when: string): Promise<Memory> {
    await delay(this.#settings.settleMs);
    await this.#whole();
    await this.#look();
    const memory = await memoryOf(() => this.#server.pids(), pools + 1);
    const { total, processes } = memory;
    const sent = this.good.total("sent");
    progress(
      `  ${when}: ${this.counters.births} births, ${sent} good requests, ${Math.round(total)} MB in ${processes} processes`,
    );
    return memory;
  }

  /** Resolves when all processes are there. @throws Error when they are not within a minute. */
  async #whole(): Promise<void> {
    const giveUp = AbortSignal.timeout(wholeMs);
    for (;;) {
      const answer = await fetch(`${this.#server.controlUrl}/readyz`, { signal: giveUp });
      const state = await answer.text();
      if (answer.ok && allReady(state)) return;
      await delay(lookMs / 5);
    }
  }
}

/** "2 of 2 fronts and 1 of 2 pools are up." */
function allReady(summary: string): boolean {
  return [...summary.matchAll(/(\d+) of (\d+)/g)].every(([, ready, wanted]) => ready === wanted);
}
