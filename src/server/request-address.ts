import type { IncomingMessage } from "node:http";

/** Where a request goes, as the client says. */
export interface RequestAddress {
  /** Lower case, without a port. */
  readonly host: string;
  /** Scheme and host, with its port. */
  readonly origin: string;
  /** Path and query, starting with "/", dot segments resolved. */
  readonly target: string;
}

const scheme = "http://";
/** Names, and IPv4 addresses in their usual form, that a URL parser leaves as they are; the port is not 80. */
const plainHost =
  /^(?!.*xn--)(?:(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*|(?:(?:[1-9]?\d|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!:|$)|(?=:|$))){4})(?::(?!80$)[1-9]\d{0,3}|:[1-5]\d{4})?$/;
/** Characters that a URL parser would escape, and segments that it might resolve. */
const unusual = /[^\x21-\x7e]|[\\"'<>^`{|}#]|\/\.|\/%2e/i;

/** Undefined when host and request target make no URL. */
export function requestAddress({ url, headers }: IncomingMessage): RequestAddress | undefined {
  const { host } = headers;
  if (host === undefined || url === undefined) return undefined;
  const inPath = url.startsWith("/");
  // Nearly every request: parsing would say the same and cost 2 µs.
  if (inPath && plainHost.test(host) && !unusual.test(url)) {
    return { host: withoutPort(host), origin: scheme + host, target: url };
  }
  // In a host, what begins another part of a URL would let it choose the path, or the path choose the host.
  if (inPath && !/^[^/\\?#@]+$/.test(host)) return undefined;
  const parsed = URL.parse(inPath ? scheme + host + url : url);
  if (parsed === null || parsed.protocol !== "http:" || parsed.username !== "" || parsed.password !== "")
    return undefined;
  return { host: parsed.hostname, origin: parsed.origin, target: parsed.pathname + parsed.search };
}

function withoutPort(host: string): string {
  const colon = host.indexOf(":");
  return colon < 0 ? host : host.slice(0, colon);
}
