const blame =
  "The guilty request is sent again until three processes are dead, and its answer does not say whose fault it was.";
const guestLimits = "The runtime does not hold this limit yet.";
const hardening = "The runtime does not take this away from the guest yet.";
const tampering = "The runtime still uses what the function replaced.";

/**
 * Attacks that get the better of Islet today, each with the reason: "group/name", or "group/name mode". They run as
 * expected failures, so that it is noticed when one begins to hold and must leave this list.
 */
export const notYet: Readonly<Record<string, string>> = {
  "stalls/after-await": blame,
  "stalls/again-and-again": blame,
  "stalls/array-fill": blame,
  "stalls/bigint-squaring": blame,
  "stalls/huge-replace": blame,
  "stalls/in-error-getter": blame,
  "stalls/includes-array-like": blame,
  "stalls/index-of-sparse": blame,
  "stalls/last-index-of": blame,
  "stalls/sparse-reverse": blame,
  "floods/fetches": guestLimits,
  "floods/fetches-at-once": guestLimits,
  "floods/timers": guestLimits,
  "floods/wait-until": guestLimits,
  "responses/header-bytes": guestLimits,
  "loops/atomics-wait": hardening,
  "memory/wasm-memories": hardening,
  "escapes/clock": hardening,
  "escapes/finalization-registry": hardening,
  "escapes/other-realms": hardening,
  "escapes/shared-memory": hardening,
  "tampering/array-index-setters": tampering,
  "tampering/array-join": tampering,
  "tampering/array-prototype": tampering,
  "tampering/map-set": tampering,
  "tampering/uint8array": tampering,
  "clients/abort-storm": "The pool process is taken for stalled while it tells five hundred requests of their end.",
  "uploads/nested-syntax": "Refusing source that is nested so deep takes from five seconds to more than a minute.",
};
