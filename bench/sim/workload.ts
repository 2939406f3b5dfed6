import {
  executionTime2019,
  executionTimes2021,
  memoryAgainstMedian,
  popularity2019,
  popularity2021,
  shares,
} from "./azure.ts";
import type { Measured } from "./measured.ts";
import { Random } from "./random.ts";

/** How much there is of everything; the rest follows from it. */
export interface Scale {
  readonly functions: number;
  readonly requests: number;
  readonly nodes: number;
  readonly cores: number;
  /** Of all functions' instances, the share that fits into all nodes' memory once. */
  readonly memoryShare: number;
  /** Of the cores' time, by what functions compute; cold starts come on top. */
  readonly utilization: number;
}

/** Who asks for what, and when. Times in milliseconds. */
export interface Workload {
  readonly name: string;
  /** Of the requests, for each function; adds up to 1. */
  readonly shares: Float64Array;
  readonly mb: Float64Array;
  readonly times: ExecutionTimes;
  /** Mean requests a millisecond. */
  readonly rate: number;
  /** How the rate at a time, as a share of the whole, stands to the mean; at most `peak`. */
  readonly shape: (share: number) => number;
  readonly peak: number;
  readonly sessions: Sessions;
}

/** Requests of one function that follow each other. */
export interface Sessions {
  /** Mean number of requests. */
  readonly length: number;
  /** Share of the gaps in it that are short, and the mean of these and of the others in milliseconds. */
  readonly shortShare: number;
  readonly shortMs: number;
  readonly longMs: number;
}

/** How long executions take: the functions differ, and so do the requests of one. */
export interface ExecutionTimes {
  /** Where a function is among all, as a normal deviate. */
  readonly ranks: Float32Array;
  /** How much of the spread is between functions: the correlation of one's requests. */
  readonly correlation: number;
  /** Milliseconds by the deviate, from -5 on in steps of a hundredth. */
  readonly byDeviate: Float64Array;
  /** Of an execution the share on a core; the rest is waiting. */
  readonly cpuShare: number;
}

/*
 * What nobody has published, and is our choice: that a tenth of an execution in Azure is on a core, and how much of the
 * spread of times is between functions (Zipf: all of it but a quarter). Executions end at what Islet allows by default:
 * 30 s, of which 50 ms on a core.
 */
const cpuShare = 0.1;
const mostCpuMs = 50;
const mostMs = 30_000;
/** Cloudflare's documentation of Workers' limits: 2.2 ms of CPU time on average, heavy ones 10 to 20. Log-normal: the 99th is at 14. */
const typicalCpuMs = 2.2 / Math.exp(0.5);
const steady = { shape: () => 1, peak: 1, sessions: { length: 1, shortShare: 0, shortMs: 0, longMs: 0 } };

/** Zipf(1.0) popularity, constant rate, functions that only compute: around 30 times a hello's CPU time. */
export function zipf(scale: Scale, measured: Measured, seed: number): Workload {
  const weights = Float64Array.from({ length: scale.functions }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const times = {
    time: (z: number) => measured.helloCpuMs + typicalCpuMs * Math.exp(z),
    correlation: 0.87,
    cpuShare: 1,
  };
  return finished(
    "zipf",
    scale,
    measured,
    seed,
    weights.map((weight) => weight / total),
    times,
    steady,
  );
}

/** Popularity, times and memory as Azure's of 2019, the rate following the day: half of it is always there. */
export function azure2019(scale: Scale, measured: Measured, seed: number): Workload {
  const { mu, sigma } = executionTime2019;
  const times = { time: (z: number) => 1_000 * Math.exp(mu + sigma * z), correlation: 0.95, cpuShare };
  const day = { ...steady, shape: (share: number) => 1 - 0.5 * Math.cos(2 * Math.PI * share), peak: 1.5 };
  return finished("azure 2019, a day", scale, measured, seed, shares(popularity2019, scale.functions), times, day);
}

/** Popularity and times as Azure's of 2021, in sessions: of the gaps 73 % are below a second, a fifth below 50 ms. */
export function azure2021(scale: Scale, measured: Measured, seed: number): Workload {
  const times = { time: quantileAt, correlation: 0.8, cpuShare };
  const rhythm = {
    shape: (share: number) => 1 - 0.52 * Math.cos(2 * Math.PI * share),
    peak: 1.52,
    sessions: { length: 4, shortShare: 0.28, shortMs: 15, longMs: 300 },
  };
  return finished("azure 2021, bursts", scale, measured, seed, shares(popularity2021, scale.functions), times, rhythm);
}

/** The time whose share of the 2021 invocations is that of a normal deviate. */
function quantileAt(z: number): number {
  const share = normalShare(z);
  for (let i = 1; i < executionTimes2021.length; i++) {
    const [[low, from], [high, to]] = [executionTimes2021[i - 1] ?? [0, 1], executionTimes2021[i] ?? [1, 1]];
    if (share <= high) return from * (to / from) ** ((share - low) / (high - low));
  }
  return mostMs;
}

/** The normal distribution, right to seven digits (M. Abramowitz and I. Stegun, Handbook, 7.1.26). */
function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return 0.5 * (1 + Math.sign(z) * erf);
}

const [lowest, perDeviate, deviates] = [-5, 100, 1_001];

/** Of a request whose own deviate is `z`; milliseconds in all. */
export function executionMs({ ranks, correlation, byDeviate }: ExecutionTimes, fn: number, z: number): number {
  const both = correlation * (ranks[fn] as number) + Math.sqrt(1 - correlation * correlation) * z;
  const at = Math.round((both - lowest) * perDeviate);
  return byDeviate[Math.max(0, Math.min(deviates - 1, at))] as number;
}

/** What of an execution is on a core, in milliseconds. */
export function computeMs({ cpuShare }: ExecutionTimes, ms: number): number {
  return cpuShare === 1 ? ms : Math.min(mostCpuMs, ms * cpuShare);
}

interface Times {
  readonly time: (deviate: number) => number;
  readonly correlation: number;
  readonly cpuShare: number;
}

function finished(
  name: string,
  scale: Scale,
  measured: Measured,
  seed: number,
  drawn: Float64Array,
  { time, ...spread }: Times,
  rhythm: Pick<Workload, "shape" | "peak" | "sessions">,
): Workload {
  const random = new Random(seed);
  const total = drawn.reduce((sum, share) => sum + share, 0);
  const byDeviate = Float64Array.from({ length: deviates }, (_, i) => Math.min(mostMs, time(lowest + i / perDeviate)));
  const ranks = Float32Array.from(drawn, () => random.normal());
  // An isolate of the median function is as large as a hello's. Past the 99th percentile isolates end by their limit.
  const mb = Float64Array.from(drawn, () => measured.mbPerIsolate * memoryAgainstMedian(0.99 * random.next()));
  const times = { ranks, byDeviate, ...spread };
  const shares = drawn.map((share) => share / total);
  const rate = (scale.utilization * scale.nodes * scale.cores) / meanComputeMs(shares, times, random);
  return { name, shares, mb, times, rate, ...rhythm };
}

/** By a few requests of each function. */
function meanComputeMs(shares: Float64Array, times: ExecutionTimes, random: Random): number {
  const each = 16;
  let sum = 0;
  for (const [fn, share] of shares.entries()) {
    for (let i = 0; i < each; i++) sum += (share / each) * computeMs(times, executionMs(times, fn, random.normal()));
  }
  return sum;
}
