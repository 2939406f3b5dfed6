/**
 * The loop guard: each request that a function sends out says how many functions it has come
 * through. A function cannot set the field; a client can, to its own harm only.
 */
export const hopsHeader = "islet-hops";

/** How many functions a request has come through, by its field: the most that it says. */
export function hopsIn(field: string | readonly string[] | undefined): number {
  if (field === undefined) return 0;
  const counts = String(field)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  return Math.max(0, ...counts);
}

/** The same, of fields as an invocation has them: names and values in turn, joined by '\n'. */
export function hopsOf(headers: string): number {
  const fields = headers.split("\n");
  return hopsIn(fields.filter((_, i) => i % 2 === 1 && fields[i - 1]?.toLowerCase() === hopsHeader));
}
