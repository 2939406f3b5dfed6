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
  /** Of the cores' time. */
  readonly utilization: number;
}

/** Who asks for what, and when. Times in milliseconds. */
export interface Workload {
  readonly name: string;
  readonly functions: {
    /** Adds up to 1; the sum up to each function. */
    readonly cumulative: Float64Array;
    readonly cpuMs: Float64Array;
    readonly waitMs: Float64Array;
    readonly mb: Float64Array;
  };
  /** Mean requests a millisecond. */
  readonly rate: number;
  /** How the rate at a time stands to the mean; at most `peak`. */
  readonly shape: (share: number) => number;
  readonly peak: number;
  /** Share of requests that begin a burst of the same function, and its mean length. */
  readonly bursts: { readonly share: number; readonly length: number };
}

/*
 * Shahrad et al., "Serverless in the Wild" (USENIX ATC 2020), on Azure Functions in July 2019: 45 % of applications are
 * invoked once an hour or less on average, 81 % once a minute or less, and the other 18.6 % make 99.6 % of all invocations;
 * rates span eight orders of magnitude; mean execution times are log-normal with a mean of -0.38 and a deviation of
 * 2.36 of their logarithm in seconds; memory is Burr XII with c = 11.652, k = 0.221, λ = 107.083 in MB; half of the
 * load is always there, the other half comes and goes with the day.
 */
const perMinute = 1 / 60_000;
const perHour = perMinute / 60;
const azureRates = [
  ...[[0, perHour / 336] as const, [0.45, perHour] as const],
  ...[[0.814, perMinute] as const, [1, perMinute * 40_000] as const],
] as const;
const executionTime = { mu: -0.38, sigma: 2.36 };
const burr = { c: 11.652, k: 0.221 };
/** Of an execution the time on a core; nobody has published it, the rest is waiting. */
const cpuShare = 0.1;
const longestMs = 60_000;

/** Zipf(1.0) popularity, constant rate, functions around 30 times a hello's CPU time. */
export function zipf(scale: Scale, measured: Measured, seed: number): Workload {
  const random = new Random(seed);
  const weights = Float64Array.from({ length: scale.functions }, (_, i) => 1 / (i + 1));
  const cpuMs = Float64Array.from(weights, () => measured.helloCpuMs * 30 * random.logNormal(0, 1));
  const waitMs = new Float64Array(scale.functions);
  return finished("zipf", scale, { weights, cpuMs, waitMs, mb: memory(random, measured, scale.functions) });
}

/** Rates, times and memory as Azure's of 2019, the rate following the day. */
export function azureDay(scale: Scale, measured: Measured, seed: number): Workload {
  return azure("azure 2019, a day", scale, measured, seed, {
    shape: (share) => 1 - 0.5 * Math.cos(2 * Math.PI * share),
    peak: 1.5,
  });
}

/** The same in bursts, whose share and length are our choice. */
export function azureBursts(scale: Scale, measured: Measured, seed: number): Workload {
  return azure("azure, bursts", scale, measured, seed, { bursts: { share: 0.02, length: 30 } });
}

type Rhythm = Partial<Pick<Workload, "shape" | "peak" | "bursts">>;

function azure(name: string, scale: Scale, measured: Measured, seed: number, rhythm: Rhythm): Workload {
  const random = new Random(seed);
  const weights = Float64Array.from({ length: scale.functions }, (_, i) => rateAt((i + 0.5) / scale.functions));
  const cpuMs = new Float64Array(scale.functions);
  const waitMs = new Float64Array(scale.functions);
  for (let i = 0; i < scale.functions; i++) {
    const ms = Math.min(longestMs, 1000 * random.logNormal(executionTime.mu, executionTime.sigma));
    cpuMs[i] = Math.max(measured.helloCpuMs, ms * cpuShare);
    waitMs[i] = ms * (1 - cpuShare);
  }
  return finished(name, scale, { weights, cpuMs, waitMs, mb: memory(random, measured, scale.functions) }, rhythm);
}

/** Logarithms between the published quantiles are taken to be straight. */
function rateAt(share: number): number {
  for (let i = 1; i < azureRates.length; i++) {
    const [[low, from], [high, to]] = [azureRates[i - 1] ?? [0, 0], azureRates[i] ?? [1, 1]];
    if (share <= high) return from * (to / from) ** ((share - low) / (high - low));
  }
  return perMinute;
}

/** An isolate of the median function is as large as a hello's; the others are spread as Azure's applications. */
function memory(random: Random, { mbPerIsolate }: Measured, count: number): Float64Array {
  const at = (share: number) => ((1 - share) ** (-1 / burr.k) - 1) ** (1 / burr.c);
  // Past the 99th percentile isolates end by their limit.
  return Float64Array.from({ length: count }, () => (mbPerIsolate * at(0.99 * random.next())) / at(0.5));
}

interface Drawn {
  readonly weights: Float64Array;
  readonly cpuMs: Float64Array;
  readonly waitMs: Float64Array;
  readonly mb: Float64Array;
}

function finished(name: string, scale: Scale, { weights, ...functions }: Drawn, rhythm: Rhythm = {}): Workload {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let meanCpuMs = 0;
  const cumulative = weights.map((weight, i) => {
    sum += weight / total;
    meanCpuMs += (weight / total) * (functions.cpuMs[i] as number);
    return sum;
  });
  const rate = (scale.utilization * scale.nodes * scale.cores) / meanCpuMs;
  const steady = { shape: () => 1, peak: 1, bursts: { share: 0, length: 0 } };
  return { name, functions: { cumulative, ...functions }, rate, ...steady, ...rhythm };
}
