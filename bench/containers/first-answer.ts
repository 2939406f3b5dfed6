import { once } from "node:events";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const startMs = 20_000;
const againMs = 2;

/** Resolves when a server that is starting has answered. */
export async function firstAnswer(where: Pick<RequestOptions, "host" | "port" | "socketPath">): Promise<void> {
  for (const untilMs = performance.now() + startMs; ; await delay(againMs)) {
    try {
      const sent = request({ ...where, path: "/", agent: false });
      sent.end();
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      answer.resume();
      return;
    } catch (error) {
      // Not listening yet.
      if (!(error instanceof Error && "code" in error) || performance.now() > untilMs) throw error;
    }
  }
}
