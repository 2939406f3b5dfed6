import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";
import { z } from "zod";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import type { ChildKind } from "./child.ts";
import { FrontChild, type PoolChild } from "./child-kinds.ts";
import type { DeathReason } from "./death.ts";
import type { PrewarmOccasion } from "./prewarming.ts";
import type { RecycleReason } from "./recycling.ts";

/** Labels a blamed version's function that is no longer deployed, so that labels stay few. */
const otherFunction = "(other)";

const anyNumber = z.custom<number>((value) => typeof value === "number");
const childMetrics = z.array(
  z.looseObject({
    name: z.string(),
    help: z.string(),
    type: z.enum(["counter", "gauge", "histogram", "summary"]),
    aggregator: z.enum(["omit", "sum", "first", "min", "max", "average"]),
    values: z.array(
      z.looseObject({ value: anyNumber, labels: z.record(z.string(), z.union([z.string(), anyNumber])) }),
    ),
  }),
);

const kinds = ["front", "pool"] as const;

/** What is read when the page is asked for. */
export interface ReadForMetrics {
  /** How many serve. */
  readonly ready: (kind: ChildKind) => number;
  /** How many there are to be. */
  readonly places: (kind: ChildKind) => number;
  /** Of an average process; null while that is not known. */
  readonly load: () => Readonly<Record<ChildKind, number>> | null;
  readonly quarantined: () => number;
}

/** The supervisor's own figures, and one page of everybody's. */
export class SupervisorMetrics {
  readonly #registry = new Registry();
  readonly #births = new Counter({
    name: "islet_child_births_total",
    help: "Child processes started.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });
  readonly #deaths = new Counter({
    name: "islet_child_deaths_total",
    help: "Child processes that ended, by reason.",
    labelNames: ["kind", "reason"],
    registers: [this.#registry],
  });
  readonly #blamed = new Counter({
    name: "islet_pool_deaths_blamed_total",
    help: "Processes with isolates that died unexpectedly, by the function that was running.",
    labelNames: ["function"],
    registers: [this.#registry],
  });

  readonly #quarantines = new Counter({
    name: "islet_quarantines_total",
    help: "Versions that came into quarantine, by what brought them there.",
    labelNames: ["reason"],
    registers: [this.#registry],
  });

  readonly #recycled = new Counter({
    name: "islet_pools_recycled_total",
    help: "Pool processes that gave their place to a new one, by what asked for it.",
    labelNames: ["reason"],
    registers: [this.#registry],
  });

  readonly #prewarms = new Counter({
    name: "islet_prewarms_total",
    help: "Versions that were to be loaded before anybody asked for them, by why and by what came of it.",
    labelNames: ["occasion", "outcome"],
    registers: [this.#registry],
  });

  readonly #shifts = new Counter({
    name: "islet_process_shifts_total",
    help: "Processes that gave their place to one of the other kind, by that kind.",
    labelNames: ["to"],
    registers: [this.#registry],
  });

  constructor({ ready, places, load, quarantined }: ReadForMetrics) {
    new Gauge({
      name: "islet_quarantined_versions",
      help: "Versions that are in quarantine.",
      registers: [this.#registry],
      collect() {
        this.set(quarantined());
      },
    });
    new Gauge({
      name: "islet_children_ready",
      help: "Child processes that serve, the spare not among them.",
      labelNames: ["kind"],
      registers: [this.#registry],
      collect() {
        for (const kind of kinds) this.set({ kind }, ready(kind));
      },
    });
    new Gauge({
      name: "islet_processes",
      help: "Places for front processes and for pool processes that are nobody's own.",
      labelNames: ["kind"],
      registers: [this.#registry],
      collect() {
        for (const kind of kinds) this.set({ kind }, places(kind));
      },
    });
    new Gauge({
      name: "islet_process_load",
      help: "Share of a core that the main thread of an average process took lately, where it decides how many there are.",
      labelNames: ["kind"],
      registers: [this.#registry],
      collect() {
        this.reset();
        const loads = load();
        if (loads) for (const kind of kinds) this.set({ kind }, loads[kind]);
      },
    });
  }

  born(kind: ChildKind): void {
    this.#births.inc({ kind });
  }

  died(kind: ChildKind, reason: DeathReason): void {
    this.#deaths.inc({ kind, reason });
  }

  blamed(functionName: string | null): void {
    this.#blamed.inc({ function: functionName ?? otherFunction });
  }

  recycled(reason: RecycleReason): void {
    this.#recycled.inc({ reason });
  }

  prewarmed(occasion: PrewarmOccasion, outcome: PrewarmOutcome): void {
    this.#prewarms.inc({ occasion, outcome });
  }

  shifted(to: ChildKind): void {
    this.#shifts.inc({ to });
  }

  quarantined(reason: string): void {
    this.#quarantines.inc({ reason });
  }

  /** All processes' metrics in Prometheus' text format. A child that does not answer in time is left out. */
  async page(children: readonly (FrontChild | PoolChild)[], withinMs: number): Promise<string> {
    const own = await this.#registry.getMetricsAsJSON();
    const theirs = await Promise.all(children.map((child) => metricsOf(child, withinMs)));
    return AggregatorRegistry.aggregate([own, ...theirs]).metrics();
  }
}

async function metricsOf(child: FrontChild | PoolChild, withinMs: number): Promise<object[]> {
  if (child.state === "starting") return [];
  const question = (seq: number) => ({ type: "metrics" as const, seq });
  const answer =
    child instanceof FrontChild
      ? await child.ask("metrics", question, withinMs)
      : await child.ask("metrics", question, withinMs);
  // Guests run in pool processes: what comes from there must not break the page.
  return childMetrics.safeParse(answer?.metrics).data ?? [];
}
