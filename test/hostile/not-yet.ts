/**
 * Attacks that get the better of Islet today, each with the reason: "group/name", or "group/name mode". They run as
 * expected failures, so that it is noticed when one begins to hold and must leave this list.
 */
export const notYet: Readonly<Record<string, string>> = {
  "loops/unhandled-rejection":
    "isolated-vm reads the message of a rejection that nobody handled outside every limit: the process is ended for it.",
};
