import { expect, test } from "vitest";
import { defaultLimits } from "../../src/core/limits.ts";
import { functionUrls } from "../../src/processes/function-urls.ts";

function urlsOf(host: string, ...routes: string[]): string[] {
  return functionUrls(
    { name: "f", tenant: "default", group: "shared", versionId: "1", routes, limits: defaultLimits },
    host,
    80,
  );
}

test("a function has a host name of its own and a path on this machine", () => {
  expect(urlsOf("0.0.0.0")).toEqual(["http://f.localhost:80/", "http://localhost:80/fn/f/"]);
  expect(urlsOf("::1")).toEqual(urlsOf("127.0.0.1"));
});

test("on another address it has the path", () => {
  expect(urlsOf("192.0.2.7")).toEqual(["http://192.0.2.7:80/fn/f/"]);
  expect(urlsOf("2001:db8::1")).toEqual(["http://[2001:db8::1]:80/fn/f/"]);
});

test("routes are URLs where they can be opened", () => {
  const routes = ["/hello/*", "/exact", "api.example.com/v1/*", "example.com/*", "*.example.com/x"];
  expect(urlsOf("192.0.2.7", ...routes).slice(1)).toEqual([
    "http://192.0.2.7:80/hello/",
    "http://192.0.2.7:80/exact",
    "http://api.example.com:80/v1/",
    "http://example.com:80/",
  ]);
});
