import { IsletError } from "../core/errors.ts";
import { hopsOf } from "../core/hops.ts";

/** @param headers names and values in turn, joined by '\n'. @throws IsletError loop_detected. */
export function refuseLoop(headers: string, maxHops: number): void {
  const hops = hopsOf(headers);
  if (hops <= maxHops) return;
  throw new IsletError("loop_detected", `the request has come through ${hops} functions, more than ${maxHops}`);
}
