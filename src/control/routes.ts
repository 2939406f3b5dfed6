import { IsletError } from "../core/errors.ts";

const longestRoute = 1_024;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** Letters, digits and marks that mean themselves. ':' and '(' mean something to routers and are kept for that. */
const pathPart = /^(?:[A-Za-z0-9\-._~!$&',;=+@]|%[0-9A-F]{2})*$/;

/**
 * `host/path`, `*.host/path` or `/path` in the one way of writing it: the host in lower case and
 * ASCII, the path percent-encoded. '*' stands alone as the last part of the path or not at all.
 * @throws IsletError invalid_route.
 */
export function normalizeRoute(route: string): string {
  const refuse = (why: string) => new IsletError("invalid_route", `The route ${JSON.stringify(route)} ${why}.`);
  if (route.length > longestRoute) throw refuse(`is longer than ${longestRoute} characters`);
  const slash = route.indexOf("/");
  if (slash < 0) throw refuse("has no path; write '/*' behind the host for all of it");
  const host = normalizeHost(route.slice(0, slash), refuse);
  const path = normalizePath(route.slice(slash), refuse);
  if (host === "" && /^\/fn(\/|$)/.test(path)) throw refuse("is under /fn/, where every function has its own place");
  if (/^[^.]+\.localhost$/.test(host)) throw refuse("is on {name}.localhost, where every function has its own place");
  return host + path;
}

type Refuse = (why: string) => IsletError;

function normalizeHost(host: string, refuse: Refuse): string {
  if (host === "") return "";
  const wildcard = host.startsWith("*.") ? "*." : "";
  const name = host.slice(wildcard.length);
  if (name.includes(":")) throw refuse("has a port or scheme; leave it out");
  if (name.includes("*")) throw refuse("has a '*' in its host that is not its whole first part");
  // The URL parser knows how international names become ASCII; what it lets pass beside that is checked after it.
  const parsed = /[\s?#@\\%]/.test(name) ? null : URL.parse(`http://${name}/`);
  const ascii = parsed?.hostname ?? "";
  if (ascii.length > 253 || !ascii.split(".").every((part) => label.test(part))) throw refuse("has no valid host");
  return wildcard + ascii;
}

function normalizePath(path: string, refuse: Refuse): string {
  if (/[?#]/.test(path)) throw refuse("has a query or fragment; routes go by host and path only");
  const parts = path.split("/").slice(1);
  const last = parts.length - 1;
  const normal = parts.map((part, index) => {
    if (part === "*" && index === last) return part;
    if (part.includes("*")) throw refuse("has a '*' that is not the whole last part of its path");
    if (part === "" && index !== last) throw refuse("has an empty part in its path");
    if (/^(?:\.|%2e){1,2}$/i.test(part)) throw refuse("has '.' or '..' in its path");
    const encoded = encodePart(part, refuse);
    if (!pathPart.test(encoded)) throw refuse("has a character in its path that routes cannot have");
    return encoded;
  });
  return `/${normal.join("/")}`;
}

function encodePart(part: string, refuse: Refuse): string {
  if (!part.isWellFormed() || /%(?![0-9a-f]{2})/i.test(part)) throw refuse("has a broken percent escape or character");
  const encoded = part.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
  return encoded.replaceAll(/%[0-9a-f]{2}/gi, (percent) => percent.toUpperCase());
}
