import { Readable } from "node:stream";
import type { DirectRequest } from "../core/egress.ts";

export const redirectStatuses = new Set([301, 302, 303, 307, 308]);

const aboutTheBody = new Set(["content-encoding", "content-language", "content-location", "content-type"]);
/** What one origin was told to be let in is not for another. */
const credentials = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * The request that follows a redirect, as in the Fetch Standard's "HTTP-redirect fetch".
 * @throws Error when it cannot be followed.
 */
export function redirectTo(location: string, status: number, request: DirectRequest): DirectRequest {
  const url = URL.parse(escaped(location), request.url.href);
  if (!url) throw new Error("the redirect's location is no URL");
  const { method, body } = request;
  const becomesGet = (status === 303 && method !== "GET" && method !== "HEAD") || (status < 303 && method === "POST");
  const dropped = new Set([
    ...(becomesGet ? aboutTheBody : []),
    ...(url.origin === request.url.origin ? [] : credentials),
  ]);
  const headers = without(request.headers, dropped);
  if (becomesGet) {
    if (body instanceof Readable) body.destroy();
    return { ...request, url, headers, method: "GET", body: null };
  }
  if (body instanceof Readable) throw new Error("a body that is a stream cannot be sent again after a redirect");
  return { ...request, url, headers };
}

/** Field values are bytes: those past ASCII are taken as they are, whatever they were meant to be. */
function escaped(location: string): string {
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, i) => !names.has((headers[i - (i % 2)] as string).toLowerCase()));
}
