/** How long the supervisor waits for what, in milliseconds. */
export interface Timing {
  /** Between two beats of a front. */
  readonly frontBeatMs: number;
  /** The same of a pool process: so much later at most is it noticed that one hangs. */
  readonly poolBeatMs: number;
  /** A front that answers no beat for so long is killed. */
  readonly frontStallMs: number;
  /** The same for a pool process, beside the time that its guest code may hold the main thread for. */
  readonly poolStallMs: number;
  /** Between two looks for a pool process that has grown too old or too large. */
  readonly recycleMs: number;
  /** Between two looks at how busy the processes are. */
  readonly loadMs: number;
  /** From birth to `ready`. */
  readonly startMs: number;
  /** For a front to take over a change. */
  readonly publishMs: number;
  /** For a process with nothing left to do to exit. */
  readonly exitMs: number;
  /** What a check may take beyond the bundle's own start-up limit. */
  readonly checkGraceMs: number;
  /** How long a check waits for a spare pool process. */
  readonly spareWaitMs: number;
  /** For one child's metrics. */
  readonly metricsMs: number;
  /** For what one child knows of where a version runs. */
  readonly placementMs: number;
  /** How long a deploy waits at most until its version is loaded. */
  readonly prewarmMs: number;
  /** Between two times that the heat of versions is stored. */
  readonly heatMs: number;
}

export const defaultTiming: Timing = {
  frontBeatMs: 200,
  poolBeatMs: 50,
  frontStallMs: 2_000,
  poolStallMs: 1_500,
  recycleMs: 1_000,
  loadMs: 1_000,
  startMs: 20_000,
  publishMs: 10_000,
  exitMs: 2_000,
  checkGraceMs: 2_000,
  spareWaitMs: 5_000,
  metricsMs: 1_000,
  placementMs: 1_000,
  prewarmMs: 1_000,
  heatMs: 60_000,
};
