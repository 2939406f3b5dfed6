import { describe, expect, test } from "vitest";
import { errorOf, hello, startControl, token } from "./control-server.ts";

interface Described {
  name: string;
  version: string;
  routes: string[];
  createdAt: string;
  deployedAt: string;
}

describe("looking at functions", () => {
  test("lists them by name", async () => {
    await using control = await startControl();
    await control.put("b", hello);
    await control.putParts("a", { "index.js": hello }, { routes: ["/a/*"], limits: { cpuMs: 7 } });
    const response = await control.call("GET", "/v1/functions");
    const { functions } = (await response.json()) as { functions: Described[] };
    expect(functions.map((one) => one.name)).toEqual(["a", "b"]);
    const alone = await control.call("GET", "/v1/functions/a");
    expect(await alone.json()).toEqual(functions[0]);
    expect(functions[0]).toMatchObject({ routes: ["/a/*"], bytes: hello.length, limits: { cpuMs: 7 } });
    expect(functions[0]?.createdAt).toBe(functions[0]?.deployedAt);
  });

  test("ends for names that are not there or not valid", async () => {
    await using control = await startControl();
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["GET", "/versions"],
      ["POST", "/rollback"],
    ] as const) {
      expect(await errorOf(await control.call(method, `/v1/functions/none${path}`))).toMatchObject({
        status: 404,
        code: "not_found",
      });
      expect(await errorOf(await control.call(method, `/v1/functions/No_ne${path}`))).toMatchObject({
        status: 400,
        code: "invalid_name",
      });
    }
  });

  test.each(["-a", "a-", "A", "a.b", "a_b", "é", "a".repeat(64), "%00", "a%2Fb"])(
    "refuses the name %s",
    async (name) => {
      await using control = await startControl();
      expect(await errorOf(await control.put(name, hello))).toMatchObject({ status: 400, code: "invalid_name" });
    },
  );

  test.each(["a", "0", "a-b", "a".repeat(63)])("takes the name %s", async (name) => {
    await using control = await startControl();
    expect((await control.put(name, hello)).status).toBe(201);
  });
});

describe("deleting", () => {
  test("takes the function from the fronts and the store", async () => {
    await using control = await startControl();
    await control.put("hello", hello);
    const response = await control.call("DELETE", "/v1/functions/hello");
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(control.published.at(-1)).toEqual({ remove: "hello" });
    expect(await control.store.list()).toEqual([]);
    expect(await errorOf(await control.call("DELETE", "/v1/functions/hello"))).toMatchObject({ code: "not_found" });
  });
});

describe("versions and rolling back", () => {
  const source = (index: number) => `${hello} // ${index}`;

  test("goes back step by step, or to a version by its id", async () => {
    await using control = await startControl();
    const ids: string[] = [];
    for (const index of [1, 2, 3]) {
      const response = await control.putParts("hello", { "index.js": source(index) }, { routes: [`/v${index}`] });
      ids.push(((await response.json()) as Described).version);
    }
    const [first, second, third] = ids;
    const back = async (version?: string | undefined) => {
      const response = await control.call("POST", "/v1/functions/hello/rollback", JSON.stringify({ version }), {
        "content-type": "application/json",
      });
      return (await response.json()) as Described;
    };
    expect(await back()).toMatchObject({ version: second, routes: ["/v2"] });
    expect(control.published.at(-1)).toMatchObject({ set: { versionId: second, routes: ["/v2"] } });
    expect(await back()).toMatchObject({ version: first });
    expect(await errorOf(await control.call("POST", "/v1/functions/hello/rollback"))).toMatchObject({
      status: 409,
      code: "no_previous_version",
    });
    expect(await back(third)).toMatchObject({ version: third, routes: ["/v3"] });
    const published = control.published.length;
    expect(await back(third)).toMatchObject({ version: third });
    expect(control.published).toHaveLength(published);
    const listed = (await (await control.call("GET", "/v1/functions/hello/versions")).json()) as { versions: object[] };
    expect(listed.versions).toMatchObject([
      { id: third, live: true },
      { id: second, live: false },
      { id: first, live: false },
    ]);
  });

  test("stays where it was when the fronts do not take it", async () => {
    let broken = false;
    await using control = await startControl({
      publish: async () => {
        if (broken) throw new Error("a front is gone");
      },
    });
    await control.put("hello", source(1));
    const { version } = (await (await control.put("hello", source(2))).json()) as Described;
    broken = true;
    expect(await errorOf(await control.call("POST", "/v1/functions/hello/rollback"))).toMatchObject({
      code: "unavailable",
    });
    expect((await control.store.get("hello"))?.fn.versionId).toBe(version);
  });

  test.each<[string, string, Record<string, string>, number, string]>([
    ["is no JSON", "{", { "content-type": "application/json" }, 400, "bad_request"],
    ["has an unknown field", '{"to": "x"}', { "content-type": "application/json" }, 400, "bad_request"],
    ["has no version id", '{"version": "x"}', { "content-type": "application/json" }, 400, "bad_request"],
    ["has another type", "version=x", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["is far too long", `"${"x".repeat(20_000)}"`, { "content-type": "application/json" }, 413, "upload_too_large"],
    [
      "names a version that is not there",
      `{"version": "${"0".repeat(64)}"}`,
      { "content-type": "application/json" },
      404,
      "not_found",
    ],
  ])("refuses a body that %s", async (_, body, headers, status, code) => {
    await using control = await startControl();
    await control.put("hello", hello);
    const response = await control.call("POST", "/v1/functions/hello/rollback", body, headers);
    expect(await errorOf(response)).toMatchObject({ status, code });
  });
});

describe("without the token", () => {
  test.each([undefined, "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`, "Bearer ", token])(
    "as with %s, nothing is told",
    async (authorization) => {
      await using control = await startControl();
      for (const path of ["/v1/functions", "/v1/functions/none", "/v1/nowhere"]) {
        const response = await fetch(control.origin + path, {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.headers.get("www-authenticate")).toBe('Bearer realm="islet"');
        expect(await errorOf(response)).toMatchObject({ status: 401, code: "unauthorized" });
      }
    },
  );

  test("health, readiness and metrics are there", async () => {
    let ready = true;
    await using control = await startControl({ health: () => ({ ready, summary: "1 of 2 pools is up" }) });
    const get = (path: string) => fetch(control.origin + path);
    expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await get("/readyz")).json()).toEqual({ status: "ready", summary: "1 of 2 pools is up" });
    ready = false;
    const notReady = await get("/readyz");
    expect(notReady.headers.get("retry-after")).toBe("1");
    expect(await errorOf(notReady)).toMatchObject({ status: 503, code: "unavailable", message: "1 of 2 pools is up" });
    const metrics = await get("/metrics");
    expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toBe("islet_up 1\n");
  });
});

describe("what nothing answers to", () => {
  test("is 404 in the shape of all errors", async () => {
    await using control = await startControl();
    for (const path of ["/", "/v2", "/v1/functions/a/b/c"]) {
      expect(await errorOf(await control.call("GET", path))).toMatchObject({ status: 404, code: "not_found" });
    }
  });

  test("is 405 with the methods that do", async () => {
    await using control = await startControl();
    const response = await control.call("PATCH", "/v1/functions/hello");
    expect(response.headers.get("allow")).toBe("GET, DELETE, PUT, HEAD");
    expect(await errorOf(response)).toMatchObject({ status: 405, code: "method_not_allowed" });
  });

  test("is 500 when it is a fault of ours, told to the log alone", async () => {
    await using control = await startControl({ metrics: () => Promise.reject(new Error("a secret path")) });
    const response = await control.call("GET", "/metrics");
    const error = await errorOf(response);
    expect(error).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(error)).not.toContain("secret");
    expect(control.logged.at(-1)).toMatchObject({
      level: "error",
      fields: { requestId: error.requestId, path: "/metrics" },
    });
  });
});
