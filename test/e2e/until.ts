import { setTimeout as pause } from "node:timers/promises";

/** Leaves the processor to what is waited for: two of these at full speed would have it all. */
const pauseMs = 20;

/** Looks again and again, each look mostly a request to a server, until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(pauseMs);
}

/** Until the control API says that functions are answered. */
export function untilReady({ controlUrl }: { readonly controlUrl: string }): Promise<void> {
  return until(async () => (await fetch(`${controlUrl}/readyz`)).status === 200);
}
