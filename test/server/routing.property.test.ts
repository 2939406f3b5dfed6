import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeRoute } from "../../src/control/routes.ts";
import type { LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { requestAddress } from "../../src/server/request-address.ts";
import { Router } from "../../src/server/router.ts";

function live(name: string, routes: readonly string[]): LiveFunction {
  return { name, tenant: "t", group: "shared", versionId: "0".repeat(64), routes, limits: defaultLimits };
}

const hosts = ["a.example.com", "b.a.example.com", "example.com", "f1.localhost", "f2.localhost", "org"];
const hostPatterns = ["", "a.example.com", "*.example.com", "*.a.example.com", "*.com", "org"];
const part = fc.constantFrom("a", "b", "A", "%20", "x.y");
const names = ["f1", "f2", "f3"];

const routePath = fc
  .tuple(fc.array(part, { maxLength: 3 }), fc.constantFrom("", "/*", "/"))
  .map(([parts, end]) => (parts.length === 0 ? (end === "" ? "/" : end) : `/${parts.join("/")}${end}`));
const route = fc.tuple(fc.constantFrom(...hostPatterns), routePath).map(([host, path]) => normalizeRoute(host + path));
/** As deploys see to it: nobody has another's route. */
const deployed = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), route), {
  selector: ([, one]) => one,
  maxLength: 12,
});
const target = fc
  .tuple(
    fc.constantFrom("", "/fn/f1", "/fn/f2", "/fn/nobody"),
    fc.array(part, { maxLength: 4 }),
    fc.constantFrom("", "/", "?q=/a"),
  )
  .map(([mount, parts, end]) =>
    mount === "" && parts.length === 0
      ? `/${end.replace("/", "")}`
      : `${mount}${parts.map((one) => `/${one}`).join("")}${end}`,
  );

/** Every rule of the routes' order, looked up one by one in a plain list. */
function expected(
  routes: readonly (readonly [string, string])[],
  present: ReadonlySet<string>,
  host: string,
  path: string,
) {
  const within = (pattern: string) => {
    const matching = routes
      .filter(([, one]) => one.slice(0, one.indexOf("/")) === pattern)
      .map(([name, one]) => ({ name, path: one.slice(one.indexOf("/")) }))
      .filter(({ path: wanted }) => matches(wanted, path));
    // The most specific: what is exact, then the longest prefix.
    matching.sort((a, b) => weight(b.path) - weight(a.path));
    return matching[0]?.name;
  };
  const suffixes = [...host.matchAll(/\./g)].map(({ index }) => `*${host.slice(index)}`);
  const byHost = [host, ...suffixes].map(within).find((name) => name !== undefined);
  if (byHost !== undefined) return byHost;
  const local = /^([^.]+)\.localhost$/.exec(host)?.[1];
  if (local !== undefined && present.has(local)) return local;
  const mounted = /^\/fn\/([^/]+)/.exec(path)?.[1];
  if (mounted !== undefined && present.has(mounted)) return mounted;
  return within("");
}

const trimmed = (path: string) => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

function matches(wanted: string, path: string): boolean {
  if (!wanted.endsWith("/*")) return trimmed(wanted) === trimmed(path);
  const prefix = wanted.slice(0, -2);
  return trimmed(path) === prefix || path.startsWith(`${prefix}/`) || prefix === "";
}

function weight(path: string): number {
  return path.endsWith("/*") ? path.split("/").length : 1_000;
}

test("the router finds what a search through the list of all routes finds", () => {
  fc.assert(
    fc.property(
      deployed,
      fc.array(fc.tuple(fc.constantFrom(...hosts), target)),
      fc.subarray(names),
      (all, asked, removed) => {
        // Routes that differ by a last slash are one to the radix tree.
        const routes = all.filter(([, one], i) => all.findIndex(([, other]) => trimmed(other) === trimmed(one)) === i);
        const router = new Router();
        for (const name of names) router.set(live(name, ["gone.example.com/*"]));
        for (const name of names)
          router.set(
            live(
              name,
              routes.filter(([owner]) => owner === name).map(([, one]) => one),
            ),
          );
        for (const name of removed) router.remove(name);
        const kept = routes.filter(([owner]) => !removed.includes(owner));
        const present = new Set(names.filter((name) => !removed.includes(name)));
        for (const [host, wanted] of asked) {
          const path = wanted.split("?", 1)[0] ?? "";
          const match = router.find(host, wanted);
          expect([host, wanted, match?.fn.name]).toEqual([host, wanted, expected(kept, present, host, path)]);
          if (match) expect(match.target.startsWith("/")).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});

const hostText = fc.oneof(
  fc.constantFrom(
    "example.com",
    "EXAMPLE.com:80",
    "a..b",
    "[::1]",
    "user@x",
    "x:99999",
    "x/y",
    "",
    "a b",
    "xn--a",
    "0x7f.1",
    "x?",
    "x#",
    "\\",
  ),
  fc.string(),
);
const urlText = fc.oneof(
  fc.constantFrom(
    "/",
    "*",
    "http://other/x",
    "//evil/x",
    "/../a",
    "/%2e%2e/b",
    "/a b",
    "/\\x",
    "ftp://x/",
    "/a?b#c",
    "/?",
    "/\xff",
    "http://u:p@h/",
    "x:80",
  ),
  fc.string().map((text) => `/${text}`),
  fc.string(),
);

test("any host and target are an address or none, and the address says what a URL parser says", () => {
  fc.assert(
    fc.property(hostText, urlText, (host, url) => {
      const address = requestAddress({ url, headers: { host } } as IncomingMessage);
      if (!address) return;
      expect(address.target.startsWith("/")).toBe(true);
      const whole = new URL(address.origin + address.target);
      expect(whole.href).toBe(address.origin + address.target);
      expect(whole.protocol).toBe("http:");
      expect(whole.username + whole.password).toBe("");
      expect(address.host).toBe(whole.hostname);
    }),
    {
      numRuns: 3_000,
      // Escaped in a query, and not in a path.
      examples: [["a", "/?'"]],
    },
  );
});
