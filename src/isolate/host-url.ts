import { requireText } from "./op-arguments.ts";

const settable = new Set([
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
]);

/** Node's own URL parser (Ada): faster than any in the guest, and a guest pays no memory for it. */
export function parseUrl(input: string, base: string | undefined): string | undefined {
  requireText(input);
  if (base !== undefined) requireText(base);
  const url = URL.parse(input, base);
  return url === null ? undefined : components(url);
}

export function setUrl(href: string, component: string, value: string): string {
  requireText(href);
  requireText(value);
  const url = URL.parse(href);
  if (url === null) return "";
  if (settable.has(component)) (url as unknown as Record<string, string>)[component] = value;
  return components(url);
}

/** No component of a serialised URL can hold a line break. */
function components(url: URL): string {
  return [
    url.href,
    url.origin,
    url.protocol,
    url.username,
    url.password,
    url.host,
    url.hostname,
    url.port,
    url.pathname,
    url.search,
    url.hash,
  ].join("\n");
}
