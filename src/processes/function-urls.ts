import type { LiveFunction } from "../core/deployment.ts";

const everyAddress = new Set(["0.0.0.0", "::"]);
const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

/** Where this server answers, as a URL without a path. A server on every address is named localhost. */
export function serverUrl(host: string, port: number): string {
  if (everyAddress.has(host) || loopback.has(host)) return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The URLs that a function answers at: its own host name where that leads here, its path, and its routes. */
export function functionUrls(fn: LiveFunction, host: string, port: number): string[] {
  const server = serverUrl(host, port);
  const named = server === `http://localhost:${port}` ? [`http://${fn.name}.localhost:${port}/`] : [];
  return [...named, `${server}/fn/${fn.name}/`, ...fn.routes.flatMap((route) => routeUrl(route, server, port))];
}

function routeUrl(route: string, server: string, port: number): string[] {
  const path = route.endsWith("*") ? route.slice(0, -1) : route;
  if (path.startsWith("/")) return [server + path];
  // Any host under a domain is no URL that could be opened.
  if (path.startsWith("*")) return [];
  return [`http://${path.replace(/\/|$/, `:${port}/`)}`];
}
