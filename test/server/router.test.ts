import { describe, expect, test } from "vitest";
import type { LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { Router } from "../../src/server/router.ts";

function live(name: string, ...routes: string[]): LiveFunction {
  return { name, tenant: "default", group: "shared", versionId: "0".repeat(64), routes, limits: defaultLimits };
}

function routerOf(...functions: LiveFunction[]): Router {
  const router = new Router();
  for (const fn of functions) router.set(fn);
  return router;
}

const answer = (router: Router, host: string, target: string) => {
  const match = router.find(host, target);
  return match && `${match.fn.name} ${match.target}`;
};

describe("default places", () => {
  const router = routerOf(live("hello"), live("fn"));

  test.each([
    ["hello.localhost", "/", "hello /"],
    ["hello.localhost", "/a/b?c=d", "hello /a/b?c=d"],
    ["127.0.0.1", "/fn/hello", "hello /"],
    ["127.0.0.1", "/fn/hello/", "hello /"],
    ["127.0.0.1", "/fn/hello?x=1", "hello /?x=1"],
    ["127.0.0.1", "/fn/hello/a/b?c=/d", "hello /a/b?c=/d"],
    ["127.0.0.1", "/fn/fn/fn", "fn /fn"],
    ["127.0.0.1", "/fn/other", undefined],
    ["127.0.0.1", "/fn/", undefined],
    ["127.0.0.1", "/", undefined],
    ["localhost", "/", undefined],
    ["a.hello.localhost", "/", undefined],
  ])("%s%s is %s", (host, target, expected) => {
    expect(answer(router, host, target)).toBe(expected);
  });
});

describe("routes", () => {
  const router = routerOf(
    live("v1", "api.example.com/v1/*"),
    live("users", "api.example.com/v1/users/*", "api.example.com/v1/users/me"),
    live("tenants", "*.example.com/*"),
    live("deep", "*.b.example.com/*"),
    live("shop", "/shop/*"),
  );

  test.each([
    ["api.example.com", "/v1", "v1 /v1"],
    ["api.example.com", "/v1/x?y", "v1 /v1/x?y"],
    ["api.example.com", "/v1/users/7", "users /v1/users/7"],
    ["api.example.com", "/v1/users/me", "users /v1/users/me"],
    ["api.example.com", "/v2", "tenants /v2"],
    ["a.example.com", "/", "tenants /"],
    ["a.b.example.com", "/", "deep /"],
    ["a.c.example.com", "/", "tenants /"],
    ["example.com", "/", undefined],
    ["elsewhere.org", "/shop/cart", "shop /shop/cart"],
    ["a.example.com", "/shop/cart", "tenants /shop/cart"],
  ])("%s%s is %s", (host, target, expected) => {
    expect(answer(router, host, target)).toBe(expected);
  });

  test("a new version replaces the routes of the one before", () => {
    const changing = routerOf(live("f", "old.example.com/*", "both.example.com/*"));
    changing.set(live("f", "new.example.com/*", "both.example.com/*"));
    expect(answer(changing, "old.example.com", "/")).toBeUndefined();
    expect(answer(changing, "new.example.com", "/")).toBe("f /");
    expect(answer(changing, "both.example.com", "/")).toBe("f /");
    changing.remove("f");
    expect(answer(changing, "both.example.com", "/")).toBeUndefined();
    expect(changing.size).toBe(0);
  });

  test("10,000 routes find their way", () => {
    const many = routerOf(
      ...Array.from({ length: 10_000 }, (_, i) => live(`f${i}`, `h${i % 100}.example.com/p${i}/*`)),
    );
    for (const i of [0, 99, 5_000, 9_999])
      expect(answer(many, `h${i % 100}.example.com`, `/p${i}/x`)).toBe(`f${i} /p${i}/x`);
  });
});
