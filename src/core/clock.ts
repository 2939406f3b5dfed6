/** Time as a dependency, so that tests and the simulator bring their own. */
export interface Clock {
  /** Monotonic milliseconds, with fractions. Only differences mean anything. */
  now(): number;
  /** Wall-clock milliseconds since the Unix epoch. */
  epochMs(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
};
