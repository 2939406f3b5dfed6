import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { processGauges } from "../core/process-gauges.ts";

/** What one front process counts. */
export class FrontMetrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "islet_requests_total",
    help: "Requests answered, by function and status.",
    labelNames: ["function", "status"],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: "islet_request_seconds",
    help: "Time from a request's head in to its answer handed over, by start (cold or warm).",
    labelNames: ["start"],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [this.registry],
  });
  readonly #egressRefused = new Counter({
    name: "islet_egress_refused_total",
    help: "Functions' requests that the egress policy refused, by reason.",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly #containerStarts = new Histogram({
    name: "islet_container_start_seconds",
    help: "Time from a front's wish for a container until that takes requests.",
    buckets: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30],
    registers: [this.registry],
  });
  readonly limitHits = new Counter({
    name: "islet_limit_hits_total",
    help: "Times that a request was held to one of its function's limits.",
    labelNames: ["limit"],
    registers: [this.registry],
  });
  readonly refused = new Counter({
    name: "islet_requests_refused_total",
    help: "Requests that were not taken, by what they would have gone past.",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly #cold = this.#seconds.labels("cold");
  readonly #warm = this.#seconds.labels("warm");
  /** Label sets are hashed once, not for each request. */
  readonly #counters = new Map<string, Counter.Internal>();

  constructor(
    front: string,
    read: {
      running: () => number;
      waiting: () => number;
      functions: () => number;
      containers: () => Readonly<Record<string, number>>;
      logLinesLost: () => number;
      decisions: () => Readonly<Record<string, number>>;
    },
  ) {
    const gauge = processGauges(this.registry, { front });
    gauge("islet_requests_running", "Requests that are not answered yet.", read.running);
    gauge("islet_requests_waiting", "Requests that wait for a pool process or a container.", read.waiting);
    const containers: Gauge = new Gauge({
      name: "islet_containers",
      help: "Containers that this front has, by state.",
      labelNames: ["front", "state"],
      registers: [this.registry],
      collect: () => {
        for (const [state, count] of Object.entries(read.containers())) containers.set({ front, state }, count);
      },
    });
    const lost: Counter = new Counter({
      name: "islet_log_lines_lost_total",
      help: "Log lines of front processes that were lost because nobody read them in time.",
      registers: [this.registry],
      collect: () => {
        lost.reset();
        lost.inc(read.logLinesLost());
      },
    });
    const decisions: Counter = new Counter({
      name: "islet_placements_total",
      help: "Decisions of the scheduler: requests sent to pool processes by why to that one, and containers that were started, thawed or waited for (docs/scheduling.md).",
      labelNames: ["kind"],
      registers: [this.registry],
      collect: () => {
        decisions.reset();
        for (const [kind, count] of Object.entries(read.decisions())) decisions.inc({ kind }, count);
      },
    });
    gauge("islet_functions", "Functions that this front serves.", read.functions);
    gauge("islet_front_rss_bytes", "Resident memory of the front process.", () => process.memoryUsage.rss());
  }

  egressRefused(reason: string): void {
    this.#egressRefused.inc({ reason });
  }

  containerStarted(afterMs: number): void {
    this.#containerStarts.observe(afterMs / 1000);
  }

  answered(functionName: string, status: number, cold: boolean, wallMs: number): void {
    const key = `${status} ${functionName}`;
    let counter = this.#counters.get(key);
    if (!counter) {
      counter = this.#requests.labels(functionName, String(status));
      this.#counters.set(key, counter);
    }
    counter.inc();
    (cold ? this.#cold : this.#warm).observe(wallMs / 1000);
  }
}
