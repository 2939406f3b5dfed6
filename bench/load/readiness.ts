import { setTimeout as delay } from "node:timers/promises";

const everyMs = 5;

/** What /readyz answered, status and body, and when by performance.now(). */
export interface Readiness {
  readonly at: number;
  readonly answer: string;
}

/** Asks /readyz every five milliseconds until `end` is called. */
export function watchReadiness(controlUrl: string): { end(): Promise<Readiness[]> } {
  const answers: Readiness[] = [];
  let going = true;

  async function loop(): Promise<void> {
    while (going) {
      const response = await fetch(`${controlUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
      answers.push({ answer: `${response.status} ${withoutId(await response.text())}`, at: performance.now() });
      await delay(everyMs);
    }
  }

  const done = loop();
  return {
    async end() {
      going = false;
      await done;
      return answers;
    },
  };
}

/** Error answers have an id each; apart from it the same state gives the same text. */
function withoutId(text: string): string {
  return text.replace(/"requestId":"[^"]*"/, "");
}
