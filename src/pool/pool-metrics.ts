import { Counter, Histogram, Registry } from "prom-client";
import { processGauges } from "../core/process-gauges.ts";

/** What one pool process counts. */
export class PoolMetrics {
  readonly registry = new Registry();
  readonly coldStarts = new Histogram({
    name: "islet_isolate_start_seconds",
    help: "Time to put a version into an isolate, its modules evaluated.",
    buckets: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [this.registry],
  });
  readonly deaths = new Counter({
    name: "islet_isolate_deaths_total",
    help: "Isolates that ended, by reason.",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly limitHits = new Counter({
    name: "islet_limit_hits_total",
    help: "Times that a request was held to one of its function's limits.",
    labelNames: ["limit"],
    registers: [this.registry],
  });
  readonly refused = new Counter({
    name: "islet_pool_refusals_total",
    help: "Requests that a pool process did not take, so that they were sent elsewhere, by reason.",
    labelNames: ["reason"],
    registers: [this.registry],
  });

  constructor(pool: string, read: { isolates: () => number; bytes: () => number; prepared: () => number }) {
    const gauge = processGauges(this.registry, { pool });
    gauge("islet_warm_isolates", "Isolates that are loaded.", read.isolates);
    gauge("islet_warm_isolate_bytes", "Memory that loaded isolates take, as measured.", read.bytes);
    gauge("islet_prepared_isolates", "Isolates that wait for a version.", read.prepared);
    gauge("islet_pool_rss_bytes", "Resident memory of the pool process.", () => process.memoryUsage.rss());
  }
}
