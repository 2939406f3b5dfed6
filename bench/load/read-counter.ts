const callMs = 10_000;

/** The sum of a metric over all its label sets that contain `label`, as in 'start="cold"'. */
export async function readCounter(controlUrl: string, name: string, label = ""): Promise<number> {
  const answer = await fetch(`${controlUrl}/metrics`, { signal: AbortSignal.timeout(callMs) });
  return sumOf(await answer.text(), name, label);
}

export function sumOf(page: string, name: string, label: string): number {
  let sum = 0;
  for (const [, labels = "", value] of page.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gm")))
    if (labels.includes(label)) sum += Number(value);
  return sum;
}
