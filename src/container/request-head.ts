import { areFields } from "../core/head-syntax.ts";
import type { Invocation } from "../core/invocation.ts";

/** About a connection, which the client's is not. */
const transport = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade", "expect"],
  ...["content-length", "islet-request-id"],
]);
const unsendable = /[^\x21-\xff]/;

export interface RequestHead {
  readonly text: string;
  /** A body that streams comes in chunks, since nobody has said how long it is. */
  readonly chunked: boolean;
}

/**
 * The head of a request to a runner: the client's fields, who asks, and how the body comes. A body that streams is
 * kept back until the function reads it, since until then the request can be sent elsewhere.
 *
 * @returns null for what cannot be said in HTTP.
 */
export function requestHead({ method, url, headers, requestId, body }: Invocation): RequestHead | null {
  if (unsendable.test(url) || !areFields(headers)) return null;
  let text = `${method} ${url} HTTP/1.1\r\n`;
  let declared: string | undefined;
  const fields = headers === "" ? [] : headers.split("\n");
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const lower = name.toLowerCase();
    if (!transport.has(lower)) text += `${name}: ${fields[i + 1]}\r\n`;
    else if (lower === "content-length") declared = fields[i + 1];
  }
  let chunked = false;
  if (body.kind === "bytes") text += `content-length: ${body.bytes.byteLength}\r\n`;
  else if (body.kind === "stream") {
    chunked = declared === undefined;
    text += chunked ? "transfer-encoding: chunked\r\n" : `content-length: ${declared}\r\n`;
    text += "expect: 100-continue\r\n";
  } else if (declared !== undefined) text += "content-length: 0\r\n";
  return { text: `${text}islet-request-id: ${requestId}\r\n\r\n`, chunked };
}
