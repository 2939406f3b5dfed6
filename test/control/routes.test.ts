import { expect, test } from "vitest";
import { normalizeRoute } from "../../src/control/routes.ts";

test.each([
  ["/", "/"],
  ["/*", "/*"],
  ["/hello", "/hello"],
  ["/hello/", "/hello/"],
  ["/hello/*", "/hello/*"],
  ["API.Example.COM/v1/*", "api.example.com/v1/*"],
  ["*.Example.com/*", "*.example.com/*"],
  ["bücher.example/", "xn--bcher-kva.example/"],
  ["example.com/été", "example.com/%C3%A9t%C3%A9"],
  ["/a%2fb", "/a%2Fb"],
  ["a.b.localhost/*", "a.b.localhost/*"],
  ["/fnord/*", "/fnord/*"],
  ["127.0.0.1/x", "127.0.0.1/x"],
  ["/@me/~you/a.b-c_d", "/@me/~you/a.b-c_d"],
])("%s is %s, and stays so", (route, normal) => {
  expect(normalizeRoute(route)).toBe(normal);
  expect(normalizeRoute(normal)).toBe(normal);
});

test.each([
  "",
  "example.com",
  "example.com:8080/",
  "http://example.com/",
  "user@example.com/",
  "*/x",
  "*example.com/",
  "a.*.com/",
  "*.*.com/",
  "exa mple.com/",
  "-a.com/",
  "a..com/",
  ".com/",
  "[::1]/",
  "/a*",
  "/*/a",
  "/**",
  "/a//b",
  "/a/../b",
  "/a/./b",
  "/%2e%2E/b",
  "/a?b=1",
  "/a#b",
  "/a b\\",
  "/:id",
  "/(.*)",
  "/{id}",
  "/%zz",
  "/\ud800",
  "/fn/other/*",
  "/fn",
  "hello.localhost/*",
  "*.localhost/*",
  `/${"a".repeat(1024)}`,
])("%j is refused", (route) => {
  expect(() => normalizeRoute(route)).toThrow(expect.objectContaining({ code: "invalid_route" }));
});
