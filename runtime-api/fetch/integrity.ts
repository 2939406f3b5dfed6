import { encodeBase64Url } from "../base64.ts";
import { host } from "../host.ts";
import { crossable } from "../webidl.ts";
import { Body, readWhole, toBytes } from "./body.ts";
import { serializeHeaders } from "./headers.ts";
import { type Response, receivedResponse, responseBody } from "./response.ts";

/** Subresource Integrity: an answer is handed out when its body has one of the hashes that were asked for. */

/** From weak to strong: only the strongest that is named counts. */
const algorithms = ["sha256", "sha384", "sha512"];
/** Either alphabet of base64 will do, and padding does not count. */
const hashSyntax = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/i;

/** Rejects with a TypeError when the body is not what it should be. */
export async function verify(answer: Response | Promise<Response>, integrity: string): Promise<Response> {
  const response = await answer;
  const { algorithm, hashes } = strongest(integrity);
  if (hashes.length === 0) return response;
  const bytes = toBytes(await readWhole(responseBody(response)));
  const digest = host.digest(algorithm.replace("sha", "SHA-").toUpperCase(), crossable(bytes));
  const actual = encodeBase64Url(digest);
  if (!hashes.includes(actual)) {
    throw new TypeError(`fetch failed: integrity: the body's hash is ${algorithm}-${actual}`);
  }
  const { status, statusText, url, redirected } = response;
  const headers = serializeHeaders(response.headers);
  return receivedResponse({ status, statusText, headers, url, redirected, body: new Body(bytes, undefined, null) });
}

function strongest(integrity: string): { algorithm: string; hashes: string[] } {
  let algorithm = "";
  let hashes: string[] = [];
  for (const item of integrity.split(/[\t\n\f\r ]+/)) {
    const match = hashSyntax.exec(item);
    if (!match) continue;
    const [, name = "", hash = ""] = match;
    const rank = algorithms.indexOf(name.toLowerCase()) - algorithms.indexOf(algorithm);
    if (rank < 0) continue;
    if (rank > 0) hashes = [];
    algorithm = name.toLowerCase();
    hashes.push(hash.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
  }
  return { algorithm, hashes };
}
