/*
 * What is known of Azure Functions' load, and from whom. The traces themselves are not used here, only figures of them.
 *
 * 2019: M. Shahrad et al., "Serverless in the Wild" (USENIX ATC 2020), on all applications in July 2019: 45 % of them are
 * invoked once an hour or less on average, 81 % once a minute or less, and the other 18.6 % make 99.6 % of the
 * invocations; mean execution times are log-normal with a mean of -0.38 and a deviation of 2.36 of their logarithm in
 * seconds; memory is Burr XII with c = 11.652, k = 0.221, λ = 107.083 in MB; about half of the load is always there, the
 * other half comes and goes with the day. How the busiest share among themselves is not in the text: others have counted
 * it in the part of the trace that was published (24,274 applications, Azure/AzurePublicDataset): the busiest one has
 * 14.4 %, the first two 24.8 %, five 39.3 %, 20 57.6 %, 100 78.5 %, 500 93.8 % and 2,278 99.0 %.
 *
 * 2021: Y. Zhang et al., "Faster and Cheaper Serverless Computing on Harvested Resources" (SOSP 2021): 4.1 % of the
 * invocations take more than 30 s and have 82 % of the time. Of the trace that was published with it (119 applications,
 * 1,980,951 invocations in two weeks of early 2021) others have counted: the busiest application has 27.0 % of the
 * invocations, two 43.6 %, five 72.3 %, ten 83.9 %, 20 92.5 %, 50 99.4 %; the invocations' times have the quantiles below;
 * 73 % of an application's invocations come less than a second after the one before, about a fifth less than 50 ms (the
 * ten busiest, weighted), 3 % more than a minute; the busiest hour of the day has 3.2 times the load of the quietest.
 */

/** Of the busiest so many of all applications, the share of the invocations. */
type Concentration = readonly (readonly [rank: number, share: number])[];

interface Popularity {
  readonly applications: number;
  readonly busiest: Concentration;
  /** How many times the rate of the last of these is that of the rarest. */
  readonly fall: number;
}

export const popularity2019: Popularity = {
  applications: 24_274,
  busiest: [
    ...([[1, 0.144] as const, [2, 0.248] as const, [5, 0.393] as const, [20, 0.576] as const] as const),
    ...([[100, 0.785] as const, [500, 0.938] as const, [2_278, 0.99] as const, [4_515, 0.996] as const] as const),
  ],
  // From once a minute to once in the two weeks.
  fall: 20_160,
};

export const popularity2021: Popularity = {
  applications: 119,
  busiest: [
    ...([[1, 0.27] as const, [2, 0.436] as const, [5, 0.723] as const, [10, 0.839] as const] as const),
    ...([[20, 0.925] as const, [50, 0.994] as const] as const),
  ],
  fall: 3_000,
};

/**
 * The share of the invocations of each of so many functions, the busiest first, if they are spread as the applications.
 * None has a greater share than the busiest application. Between what is known, rates fall as 1/rank; past it, on
 * a straight line of their logarithm.
 */
export function shares({ applications, busiest, fall }: Popularity, count: number): Float64Array {
  const known = busiest.map(([rank, share]) => [rank / applications, share] as const);
  const [first, last] = [known[0] ?? [1, 1], known.at(-1) ?? [1, 1]];
  const upTo = (top: number): number => {
    if (top <= first[0]) return (first[1] * top) / first[0];
    for (let i = 1; i < known.length; i++) {
      const [[low, from], [high, to]] = [known[i - 1] ?? first, known[i] ?? last];
      if (top <= high) return from + ((to - from) * Math.log(top / low)) / Math.log(high / low);
    }
    const gone = (top - last[0]) / (1 - last[0]);
    return last[1] + ((1 - last[1]) * (1 - fall ** -gone)) / (1 - 1 / fall);
  };
  let before = 0;
  return Float64Array.from({ length: count }, (_, i) => {
    const now = upTo((i + 1) / count);
    const share = Math.min(first[1], now - before);
    before = now;
    return share;
  });
}

/** Of the logarithm of a function's mean time in seconds, 2019. */
export const executionTime2019 = { mu: -0.38, sigma: 2.36 };

/** Quantiles of all invocations' times in milliseconds, 2021; recorded to the millisecond. */
export const executionTimes2021: readonly (readonly [share: number, ms: number])[] = [
  ...([[0, 1] as const, [0.335, 10] as const, [0.5, 46] as const, [0.585, 100] as const] as const),
  ...([[0.862, 1_000] as const, [0.9, 2_300] as const, [0.95, 19_000] as const] as const),
  ...([[0.99, 78_000] as const, [0.999, 260_000] as const, [1, 579_000] as const] as const),
];

/** Burr XII's, of an application's memory against its median; 2019. */
export function memoryAgainstMedian(share: number): number {
  const [c, k] = [11.652, 0.221];
  const at = (q: number) => ((1 - q) ** (-1 / k) - 1) ** (1 / c);
  return at(share) / at(0.5);
}
