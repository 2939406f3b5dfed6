import { atob } from "../base64.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { Body } from "./body.ts";
import { parseMimeType, writeMimeType } from "./mime-type.ts";
import { type Response, receivedResponse } from "./response.ts";

const base64Mark = /;\x20*base64$/i;

/** The answer to a fetch() of a data: URL. Throws a TypeError when it is not well formed. */
export function fetchDataUrl(url: string, method: string): Response {
  const withoutFragment = url.split("#", 1)[0] as string;
  const comma = withoutFragment.indexOf(",");
  if (comma < 0) throw new TypeError("fetch failed: a data: URL needs a comma");
  let type = withoutFragment.slice("data:".length, comma).trim();
  let bytes = percentDecode(withoutFragment.slice(comma + 1));
  if (base64Mark.test(type)) {
    type = type.replace(base64Mark, "");
    bytes = decodeBase64(bytes);
  }
  const mimeType = parseMimeType(type.startsWith(";") ? `text/plain${type}` : type);
  return receivedResponse({
    status: 200,
    statusText: "OK",
    headers: `content-type\n${mimeType ? writeMimeType(mimeType) : "text/plain;charset=US-ASCII"}`,
    url,
    redirected: false,
    body: method === "HEAD" ? null : new Body(bytes, undefined, null),
  });
}

function percentDecode(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const digits = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0) : "";
    if (/^[0-9a-f]{2}$/i.test(digits)) {
      decoded[length++] = Number.parseInt(digits, 16);
      i += 2;
    } else {
      decoded[length++] = bytes[i] as number;
    }
  }
  return decoded.slice(0, length);
}

function decodeBase64(bytes: Uint8Array): Uint8Array {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  let decoded: string;
  try {
    decoded = atob(text);
  } catch (cause) {
    throw new TypeError("fetch failed: the data: URL is not valid base64", { cause });
  }
  return Uint8Array.from(decoded, (character) => character.charCodeAt(0));
}
