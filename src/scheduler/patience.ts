const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})/i;

/**
 * How long a client is willing to wait for the answer, in milliseconds: the preference `wait` of RFC 7240 ("Prefer: wait=10",
 * in seconds). Undefined if it does not say.
 * @param headers names and values in turn, joined by '\n'.
 */
export function patienceMs(headers: string): number | undefined {
  // Nearly all end here.
  if (!/prefer\n/i.test(headers)) return undefined;
  const fields = headers.split("\n");
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() !== "prefer") continue;
    const seconds = wait.exec(fields[i + 1] as string)?.[1];
    if (seconds !== undefined) return Number(seconds) * 1_000;
  }
  return undefined;
}
