import { validateHeaderName, validateHeaderValue } from "node:http";
import { Readable } from "node:stream";
import type { DirectResponse } from "../core/egress.ts";
import { errorBody, IsletError } from "../core/errors.ts";
import type { Reply } from "../core/invocation.ts";
import { clientHeaders, isForNow, retrySeconds } from "./outgoing.ts";

/** What node:http refuses in a reason phrase. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * A function's answer as another function of this server gets it: what `writeReply` would write. `done`
 * follows when its body is over.
 * @throws IsletError function_error when it has a header that cannot be sent.
 */
export function localAnswer(reply: Reply, method: string, done: (error: Error | null) => void): DirectResponse {
  const { status, statusText, body } = reply;
  const bare = status === 204 || status === 304;
  const bodiless = bare || method === "HEAD";
  const streamed = body !== null && typeof body === "object" && "pipe" in body;
  const length = bare || streamed ? undefined : (body?.length ?? 0);
  const headers = clientHeaders(reply.headers, length, status !== 204 && (bodiless || streamed));
  try {
    check(headers, statusText);
  } catch (error) {
    if (streamed) body.destroy();
    const message = "the function's answer has a header that cannot be sent";
    const refused = new IsletError("function_error", message, { cause: error });
    throw refused;
  }
  if (streamed && !bodiless && !body.destroyed) {
    // It may break off while nobody reads it.
    body.on("error", () => undefined);
    body.once("close", () => done(body.readableEnded ? null : (body.errored ?? new Error("the caller gave up"))));
    return { status, statusText, headers, body };
  }
  if (streamed) body.destroy();
  done(streamed && !bodiless ? (body.errored ?? new Error("the body broke off")) : null);
  return {
    status,
    statusText,
    headers,
    body: streamed && !bodiless ? body : whole(bodiless || streamed ? null : body),
  };
}

/** The same for a failure. */
export function localErrorAnswer(error: IsletError, requestId: string): DirectResponse {
  const bytes = Buffer.from(JSON.stringify(errorBody(error, requestId)));
  const headers = ["content-type", "application/json", "content-length", String(bytes.byteLength)];
  if (isForNow(error)) headers.push("retry-after", String(retrySeconds(error)));
  return { status: error.status, statusText: "", headers, body: whole(bytes) };
}

function check(headers: readonly string[], statusText: string): void {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    validateHeaderName(headers[i] as string);
    validateHeaderValue(headers[i] as string, headers[i + 1] as string);
  }
  if (unsendable.test(statusText)) throw new TypeError("the status text has a character that cannot be sent");
}

function whole(body: string | Uint8Array | null): Readable {
  const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  return Readable.from(bytes === null || bytes.byteLength === 0 ? [] : [bytes]);
}
