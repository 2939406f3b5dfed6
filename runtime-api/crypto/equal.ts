import { host } from "../host.ts";
import { toBytes } from "./dictionaries.ts";

/** Throws a TypeError for what are not bytes, and when one is longer. */
export function timingSafeEqual(a: unknown, b: unknown): boolean {
  const first = toBytes(a, "timingSafeEqual: a");
  const second = toBytes(b, "timingSafeEqual: b");
  if (first.length !== second.length) throw new TypeError("timingSafeEqual: both must have the same length");
  return host.equalBytes(first, second);
}
