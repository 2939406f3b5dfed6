// First touched, it is loaded, which takes milliseconds: they are not to pass between the two readings.
const nowMs = performance.now();
/** Of the clock that all processes of a machine share, when this one's performance.now() was 0. */
const startedMs = Number(process.hrtime.bigint()) / 1e6 - nowMs;

/**
 * A moment of performance.now() by the machine's monotonic clock, in microseconds, less what does not fit: 71 minutes later
 * it is the same again.
 */
export function machineUs(nowMs: number): number {
  return (((nowMs + startedMs) * 1_000) % 2 ** 32) >>> 0;
}

/** Microseconds from one such moment to a later one, which is no more than half an hour away; 0 if it is earlier. */
export function usBetween(earlier: number, later: number): number {
  const us = (later - earlier) >>> 0;
  return us < 2 ** 31 ? us : 0;
}
