import { Agent, interceptors, request as undiciRequest } from "undici";
import type { Egress, IncomingResponse, OutgoingRequest } from "../core/egress.ts";

/** As the Fetch Standard has it. */
const maxRedirections = 20;
/** Fields about the connection between the function and us, which undici sets for its own. */
const ours = new Set([
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "expect",
  "te",
  "trailer",
]);

export class UndiciEgress implements Egress {
  readonly #agent = new Agent({ bodyTimeout: 0, headersTimeout: 0, connectTimeout: 10_000 });
  readonly #following = this.#agent.compose(interceptors.redirect({ maxRedirections, throwOnMaxRedirect: true }));

  async fetch(request: OutgoingRequest): Promise<IncomingResponse> {
    const url = new URL(request.url);
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`fetch cannot use ${url.protocol} URLs`);
    const following = request.redirect === "follow";
    const answer = await undiciRequest(url, {
      method: request.method as "GET",
      headers: withoutOurs(request.headers),
      body: request.body,
      signal: request.signal,
      dispatcher: following ? this.#following : this.#agent,
    });
    // A body that breaks off or is given up while nobody reads it must not end the process.
    answer.body.on("error", () => undefined);
    if (
      request.redirect === "error" &&
      answer.statusCode >= 300 &&
      answer.statusCode < 400 &&
      answer.headers.location !== undefined
    ) {
      answer.body.destroy();
      throw new Error(`${request.url} answered with a redirect, and redirect is "error"`);
    }
    const history = (answer.context as { history?: URL[] } | undefined)?.history ?? [];
    return {
      status: answer.statusCode,
      // undici decodes it as UTF-8; all other text of a head is bytes.
      statusText: Buffer.from(answer.statusText).toString("latin1"),
      headers: Object.entries(answer.headers).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value ?? ""]).flatMap((one) => [name, one]),
      ),
      url: (history.at(-1) ?? url).href,
      redirected: history.length > 1,
      body: answer.body,
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function withoutOurs(headers: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!ours.has(name.toLowerCase())) kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
