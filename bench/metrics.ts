/** What can be measured of a peer; how it is shown, and which way is better. */
export const metrics = {
  requestsPerSecond: { label: "req/s", digits: 0, better: "more" },
  p50Ms: { label: "p50 ms", digits: 2, better: "less" },
  p99Ms: { label: "p99 ms", digits: 2, better: "less" },
  /** In the same run, before the neighbour came. */
  aloneP99Ms: { label: "p99 alone ms", digits: 2, better: "less" },
  timesAlone: { label: "p99 × alone", digits: 2, better: "less" },
  /** Requests answered with 200, of as many as there can be. */
  ofCapacity: { label: "× capacity", digits: 2, better: "more" },
  /** The same by the CPU time that pool processes had: the generator has its part of the same cores. */
  ofPoolTime: { label: "× capacity, by pool time", digits: 2, better: "more" },
  refusedP50Ms: { label: "refused p50 ms", digits: 2, better: "less" },
  refusedP99Ms: { label: "refused p99 ms", digits: 2, better: "less" },
  /** User and system time of all processes of the server, by request. */
  cpuUs: { label: "CPU µs/req", digits: 1, better: "less" },
  /** CPU time of Islet's pool processes in each second: how much of the machine was left to functions. */
  poolCores: { label: "pool cores", digits: 2, better: "more" },
  rssMb: { label: "RSS MB", digits: 0, better: "less" },
  mbPerIsolate: { label: "MB/isolate", digits: 2, better: "less" },
  coldPercent: { label: "cold %", digits: 1, better: "less" },
  /** Pool processes that have given their place to others meanwhile. */
  recycled: { label: "recycled", digits: 0, better: "more" },
  failed: { label: "failed", digits: 0, better: "less" },
  longestMs: { label: "longest ms", digits: 0, better: "less" },
  guiltyMs: { label: "guilty ms", digits: 0, better: "less" },
  wholeAgainMs: { label: "whole again ms", digits: 0, better: "less" },
} as const satisfies Record<string, { label: string; digits: number; better: "more" | "less" }>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as MetricName[];

/** One measurement of one peer. */
export interface Sample {
  readonly peer: string;
  /** Counts from 0. */
  readonly round: number;
  readonly values: Partial<Record<MetricName, number>>;
}
