import type { MetricName } from "../metrics.ts";
import { type PeerSummary, ratio, type ScenarioResult, summarize } from "./result.ts";

/** A figure that Islet is to reach, with one front and one pool process on the same cores as its peers. */
interface Target {
  readonly scenario: string;
  readonly what: string;
  readonly wanted: "at least" | "at most";
  readonly limit: number;
  readonly value: (summary: ReadonlyMap<string, PeerSummary>) => number | undefined;
}

const against =
  (metric: MetricName, peer: string): Target["value"] =>
  (summary) =>
    ratio(summary, metric, "Islet", peer);

const own =
  (metric: MetricName, of: "median" | "max" = "median"): Target["value"] =>
  (summary) =>
    summary.get("Islet")?.[metric]?.[of];

/** Two processes against one by what each did with the CPU time that it got. */
const discounted =
  (two: string, one: string): Target["value"] =>
  (summary) => {
    const answers = ratio(summary, "requestsPerSecond", two, one);
    const cores = ratio(summary, "poolCores", two, one);
    return answers && cores && (2 * answers) / cores;
  };

const targets: readonly Target[] = [
  {
    scenario: "hello",
    what: "req/s × Hono",
    wanted: "at least",
    limit: 0.65,
    value: against("requestsPerSecond", "Hono"),
  },
  {
    scenario: "hello",
    what: "req/s × workerd",
    wanted: "at least",
    limit: 2,
    value: against("requestsPerSecond", "workerd"),
  },
  { scenario: "hello", what: "CPU/req × workerd", wanted: "at most", limit: 1, value: against("cpuUs", "workerd") },
  { scenario: "hello", what: "CPU/req × Hono", wanted: "at most", limit: 2.2, value: against("cpuUs", "Hono") },
  { scenario: "hello-fixed-rate", what: "p50 × Hono", wanted: "at most", limit: 2, value: against("p50Ms", "Hono") },
  { scenario: "hello-fixed-rate", what: "p99 × Hono", wanted: "at most", limit: 2, value: against("p99Ms", "Hono") },
  {
    scenario: "hello-fixed-rate",
    what: "p50 × workerd",
    wanted: "at most",
    limit: 1,
    value: against("p50Ms", "workerd"),
  },
  {
    scenario: "hello-fixed-rate",
    what: "p99 × workerd",
    wanted: "at most",
    limit: 1,
    value: against("p99Ms", "workerd"),
  },
  { scenario: "cold-start", what: "p50 ms", wanted: "at most", limit: 3, value: own("p50Ms") },
  { scenario: "cold-start-unprepared", what: "p50 ms", wanted: "at most", limit: 10, value: own("p50Ms") },
  { scenario: "density", what: "MB an isolate", wanted: "at most", limit: 2.5, value: own("mbPerIsolate") },
  { scenario: "deploy", what: "p50 ms", wanted: "at most", limit: 50, value: own("p50Ms") },
  { scenario: "kill-pool", what: "failed requests", wanted: "at most", limit: 0, value: own("failed", "max") },
  { scenario: "restart", what: "failed requests", wanted: "at most", limit: 0, value: own("failed", "max") },
  {
    scenario: "zipf-homes",
    what: "cold % × without homes",
    wanted: "at most",
    limit: 0.5,
    value: against("coldPercent", "Islet, no homes"),
  },
  { scenario: "zipf-homes", what: "failed requests", wanted: "at most", limit: 0, value: own("failed", "max") },
  {
    scenario: "hot-spread",
    what: "req/s × one pool process",
    wanted: "at least",
    limit: 1.6,
    value: against("requestsPerSecond", "Islet, one pool process"),
  },
  {
    scenario: "hot-spread",
    what: "the same, had the two pool processes two cores to themselves",
    wanted: "at least",
    limit: 1.6,
    value: discounted("Islet", "Islet, one pool process"),
  },
  {
    scenario: "container-hello",
    what: "req/s × straight to the container",
    wanted: "at least",
    limit: 0.6,
    value: against("requestsPerSecond", "container"),
  },
  {
    scenario: "container-added-time",
    what: "p50 ms more than straight to the container",
    wanted: "at most",
    limit: 1,
    value: (summary) => (summary.get("Islet")?.p50Ms?.median ?? 0) - (summary.get("container")?.p50Ms?.median ?? 0),
  },
  {
    scenario: "container-cold-start",
    what: "p50 × by hand",
    wanted: "at most",
    limit: 1.3,
    value: against("p50Ms", "container"),
  },
  { scenario: "container-thaw", what: "p50 ms", wanted: "at most", limit: 20, value: own("p50Ms") },
  { scenario: "container-burst", what: "failed requests", wanted: "at most", limit: 0, value: own("failed", "max") },
  { scenario: "container-kill", what: "failed requests", wanted: "at most", limit: 0, value: own("failed", "max") },
  { scenario: "kill-pool", what: "whole again ms", wanted: "at most", limit: 300, value: own("wholeAgainMs", "max") },
];

/** By default a request may wait for so long. */
const deadlineMs = 5_000;

const admissionTargets: readonly Target[] = [
  {
    scenario: "overload",
    what: "answered × capacity",
    wanted: "at least",
    limit: 0.9,
    value: own("ofCapacity"),
  },
  { scenario: "overload", what: "p99 ms of those answered", wanted: "at most", limit: deadlineMs, value: own("p99Ms") },
  {
    scenario: "overload",
    what: "p99 ms of those refused",
    wanted: "at most",
    limit: 5,
    value: own("refusedP99Ms"),
  },
  {
    scenario: "overload",
    what: "requests without an answer",
    wanted: "at most",
    limit: 0,
    value: own("failed", "max"),
  },
  {
    scenario: "fairness",
    what: "p99 of the trickle × p99 alone",
    wanted: "at most",
    limit: 2,
    value: own("timesAlone"),
  },
];

const noisyTargets: readonly Target[] = ["looper", "bomber", "cold starts"].map((neighbour) => ({
  scenario: "noisy-neighbour",
  what: `p99 beside a ${neighbour} × p99 alone`.replace("a cold", "cold"),
  wanted: "at most",
  limit: 2,
  value: (summary) => summary.get(`Islet, ${neighbour}`)?.timesAlone?.median,
}));

/** A line for each target whose figures are there. */
export function targetLines(results: readonly ScenarioResult[]): string[] {
  return results.flatMap((result) => {
    const summary = summarize(result);
    return [...targets, ...noisyTargets, ...admissionTargets].flatMap(({ scenario, what, wanted, limit, value }) => {
      const reached = scenario === result.scenario ? value(summary) : undefined;
      if (reached === undefined) return [];
      const good = wanted === "at least" ? reached >= limit : reached <= limit;
      return [`- ${good ? "reached" : "**missed**"}: ${scenario}, ${what} ${reached.toFixed(2)}, ${wanted} ${limit}`];
    });
  });
}
