const blame =
  "The guilty request is sent again until three processes are dead, and its answer does not say whose fault it was.";

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
  "loops/unhandled-rejection":
    "Reading the message of a rejection that nobody handled is not ended before the process is.",
  "escapes/clock": "Clocks still run while the function computes.",
  "tampering/map-set": "The runtime's timers use the Map that the function replaced, and the request never ends.",
};
