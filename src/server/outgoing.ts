import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from "node:http";
import { pipeline } from "node:stream";
import { errorBody, type IsletError } from "../core/errors.ts";
import type { Reply } from "../core/invocation.ts";

/** Fields about the connection with the client. */
const ours = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection", "te", "trailer"]);
const usualRetryMs = 1_000;

/**
 * Writes a function's answer; `done` follows when the last byte is handed over or the body broke.
 * @throws TypeError from node:http when a header cannot be sent, before anything was.
 */
export function writeReply(
  outgoing: ServerResponse,
  method: string,
  reply: Reply,
  done: (error: Error | null) => void,
): void {
  const { status, body } = reply;
  const bare = status === 204 || status === 304;
  const bodiless = bare || method === "HEAD";
  const streamed = body !== null && typeof body === "object" && "pipe" in body;
  const length = bare || streamed ? undefined : (body?.length ?? 0);
  const headers = clientHeaders(reply.headers, length, status !== 204 && (bodiless || streamed));
  try {
    if (reply.statusText === "") outgoing.writeHead(status, headers);
    else outgoing.writeHead(status, reply.statusText, headers);
  } catch (error) {
    if (streamed) body.destroy();
    throw error;
  }
  if (streamed && !bodiless) {
    // The head goes out at once: a stream's first piece may be long in coming. Not by flushHeaders(),
    // which writes it as UTF-8.
    outgoing.write("", "latin1");
    pipeline(body, outgoing, (error) => done(error ?? null));
    return;
  }
  if (streamed) body.destroy();
  if (bodiless || streamed || body === null) outgoing.end();
  // Text joins the head in one write; bytes go out beside it by writev.
  else if (typeof body === "string") outgoing.end(body, "latin1");
  else outgoing.end(body);
  done(null);
}

export function writeError(outgoing: ServerResponse, error: IsletError, requestId: string): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(error, requestId));
  const headers: OutgoingHttpHeaders = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  // An answer's text that could not be sent is still there, and cannot be sent now either.
  outgoing.statusMessage = STATUS_CODES[error.status] ?? "";
  if (isForNow(error)) headers["retry-after"] = String(retrySeconds(error));
  outgoing.writeHead(error.status, headers);
  outgoing.end(body);
}

/** Whether the same request may be answered later. */
export function isForNow({ status }: IsletError): boolean {
  return status === 503 || status === 429;
}

export function retrySeconds({ retryAfterMs = usualRetryMs }: IsletError): number {
  return Math.max(1, Math.ceil((Number.isFinite(retryAfterMs) ? retryAfterMs : usualRetryMs) / 1000));
}

/**
 * @param length of a body that is whole.
 * @param believed whether the answer's own content-length counts: that of a body which is passed on,
 *   or which a HEAD or 304 leaves out. What a function says about a body that is sent might not be true.
 */
export function clientHeaders(flat: string, length: number | undefined, believed: boolean): string[] {
  const kept: string[] = [];
  let declared = false;
  if (flat !== "") {
    const fields = flat.split("\n");
    for (let i = 0; i + 1 < fields.length; i += 2) {
      // The runtime has made it lower case, but a function can get in the way of that.
      const name = (fields[i] as string).toLowerCase();
      if (ours.has(name)) continue;
      if (name === "content-length") {
        if (!believed || declared) continue;
        declared = true;
      }
      kept.push(name, fields[i + 1] as string);
    }
  }
  if (length !== undefined && !declared) kept.push("content-length", String(length));
  return kept;
}
