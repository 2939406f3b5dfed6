import type { IncomingMessage, ServerResponse } from "node:http";
import { preludeOf } from "./answer.ts";

/** A body of this type has a head before it: JSON, and eight zero bytes. */
const integrationType = "application/vnd.awslambda.http-integration-response";
const headEnd = Buffer.alloc(8);
const mostHeadBytes = 1024 * 1024;
const usualType = "application/octet-stream";

/**
 * Passes on what a function streams, as it comes.
 * @throws BadResult before the answer has begun; Error when the function says that it breaks off.
 */
export async function sendStream(
  outgoing: ServerResponse,
  contentType: string,
  streamed: IncomingMessage,
  ownFields: () => readonly string[],
): Promise<void> {
  let pending: Buffer | null = contentType.startsWith(integrationType) ? Buffer.alloc(0) : null;
  const begin = (status: number, headers: readonly string[]) => {
    if (outgoing.destroyed) return;
    outgoing.writeHead(status, [...headers, ...ownFields()]);
    // At once: the first piece may be long in coming.
    outgoing.flushHeaders();
  };
  if (pending === null) begin(200, ["content-type", contentType === "" ? usualType : contentType]);
  // What is wrong with its beginning does not break the function off: it is read to its end in any case.
  for await (const piece of streamed.iterator({ destroyOnReturn: false })) {
    let body = piece as Buffer;
    if (pending !== null) {
      pending = Buffer.concat([pending, body]);
      const end = pending.indexOf(headEnd);
      if (end < 0 && pending.length <= mostHeadBytes) continue;
      const { status, headers } = preludeOf(end < 0 ? pending : pending.subarray(0, end));
      begin(status, headers);
      body = pending.subarray(end + headEnd.length);
      pending = null;
    }
    // Whatever comes when the client is gone is read and forgotten, so that the function gets to its end.
    if (outgoing.destroyed || body.length === 0 || outgoing.write(body)) continue;
    await new Promise((resolve) => {
      outgoing.once("drain", resolve);
      outgoing.once("close", resolve);
    });
  }
  const { "lambda-runtime-function-error-type": type } = streamed.trailers;
  if (type !== undefined) throw new Error(`the function failed while it streamed: ${type}${reasonIn(streamed)}`);
  if (pending !== null) {
    const { status, headers } = preludeOf(pending);
    begin(status, headers);
  }
  outgoing.end();
}

function reasonIn({ trailers }: IncomingMessage): string {
  const body = trailers["lambda-runtime-function-error-body"];
  return body === undefined ? "" : ` ${Buffer.from(body, "base64").toString().slice(0, 4_000)}`;
}
