import { currentInvocation } from "./current.ts";
import { host } from "./host.ts";

/*
 * Clocks stand still while a tenant's code runs: all of them say when the present entry began, so that
 * nothing that happens within one can be timed. The host says it, and is asked once an entry.
 */

const unread = -1;
/** More often than this in one request nobody reads a clock that stands still, but who looks for one that does not. */
const mostReads = 100_000;

let monotonic = unread;
let epoch = unread;
let reads = 0;
let reader = 0;

/** Before each entry. */
export function beginEntry(): void {
  monotonic = unread;
  epoch = unread;
}

function count(): void {
  if (reader !== currentInvocation()) {
    reader = currentInvocation();
    reads = 0;
  }
  if (++reads === mostReads + 1) host.probed("clock");
}

/** Milliseconds since the process started, with fractions. */
export function monotonicMs(): number {
  count();
  if (monotonic === unread) monotonic = host.now();
  return monotonic;
}

/** Whole milliseconds since 1970. */
export function epochMs(): number {
  count();
  if (epoch === unread) epoch = host.date();
  return epoch;
}
