import { DOMException } from "../dom-exception.ts";
import { Body } from "../fetch/body.ts";
import type { Request } from "../fetch/request.ts";
import { type Response, receivedResponse } from "../fetch/response.ts";
import { host } from "../host.ts";
import { type Blob, blobBytes, isBlob } from "./blob.ts";

/**
 * Blobs that have URLs, by URL (File API, "blob URL store"). A URL lives until it is revoked, or its
 * isolate ends; the bytes are in the isolate's own memory.
 */
const blobs = new Map<string, Blob>();
const mostUrls = 10_000;

/** What requests for such URLs are for: known from when they were made, whatever is revoked later. */
const requested = new WeakMap<Request, Blob>();

/** Throws a QuotaExceededError when there are too many already. */
export function createObjectUrl(blob: unknown): string {
  if (!isBlob(blob)) throw new TypeError("URL.createObjectURL: a Blob is required");
  if (blobs.size >= mostUrls) {
    throw new DOMException(`URL.createObjectURL: ${mostUrls} URLs are not revoked yet`, "QuotaExceededError");
  }
  // There is no origin that it could be of.
  const url = `blob:null/${host.randomUuid()}`;
  blobs.set(url, blob);
  return url;
}

export function revokeObjectUrl(url: string): void {
  blobs.delete(url);
}

/** Notes what a new request for `url` is for. */
export function requestBlob(request: Request, url: string): void {
  const hash = url.indexOf("#");
  const blob = blobs.get(hash < 0 ? url : url.slice(0, hash));
  if (blob) requested.set(request, blob);
}

/** Another request for the same. */
export function copyRequestedBlob(from: Request, to: Request): void {
  const blob = requested.get(from);
  if (blob) requested.set(to, blob);
}

/** The answer to a fetch() of a blob: URL. Throws a TypeError where there is none. */
export function fetchBlob(request: Request): Response {
  const blob = requested.get(request);
  if (!blob) throw new TypeError("fetch failed: there is no blob of that URL (any more)");
  if (request.method !== "GET") throw new TypeError("fetch failed: a blob: URL can only be got");
  const body = new Body(blobBytes(blob), undefined, null);
  body.shared = true;
  return receivedResponse({
    status: 200,
    statusText: "OK",
    headers: `content-length\n${blob.size}\ncontent-type\n${blob.type}`,
    url: request.url,
    redirected: false,
    body,
  });
}
