import { describe, expect, test } from "vitest";
import { IsletError } from "../../src/core/errors.ts";
import { type ControlServer, errorOf, hello, startControl } from "./control-server.ts";

const put = (control: ControlServer, tenant: string, terms: object) =>
  control.call("PUT", `/v1/tenants/${tenant}`, JSON.stringify(terms), { "content-type": "application/json" });
const limitsPublished = (control: ControlServer) =>
  control.published.map((change) => ("set" in change ? [change.set.name, change.set.tenantLimits] : null));

describe("the terms of a tenant", () => {
  test("are brought to the fronts with all its functions, those to come too, and taken back", async () => {
    await using control = await startControl();
    await control.putParts("shop", { "index.js": hello }, { tenant: "acme" });
    await control.put("other", hello);
    const answer = await put(control, "acme", { limits: { requestsPerSecond: 5, requestBurst: 0 } });
    expect(answer.status).toBe(200);
    const limits = { requestsPerSecond: 5, requestBurst: 0 };
    expect(await answer.json()).toEqual({ tenant: "acme", max: {}, limits, functions: ["shop"] });
    await control.putParts("till", { "index.js": hello }, { tenant: "acme" });
    expect((await control.call("DELETE", "/v1/tenants/acme")).status).toBe(204);
    expect(limitsPublished(control)).toEqual([
      ...[
        ["shop", undefined],
        ["other", undefined],
      ],
      ...[
        ["shop", limits],
        ["till", limits],
      ],
      ...[
        ["shop", undefined],
        ["till", undefined],
      ],
    ]);
  });

  test("are what its manifests may ask for at most, and have where they ask for nothing", async () => {
    await using control = await startControl();
    expect((await put(control, "acme", { max: { cpuMs: 20, memoryMb: 64 } })).status).toBe(200);
    const refused = await control.putParts("shop", { "index.js": hello }, { tenant: "acme", limits: { cpuMs: 50 } });
    expect(await errorOf(refused)).toMatchObject({
      ...{ status: 400, code: "limit_too_high" },
      message: expect.stringContaining("more than the tenant acme's maximum of 20"),
    });
    expect((await control.putParts("shop", { "index.js": hello }, { tenant: "acme" })).status).toBe(201);
    expect(await (await control.call("GET", "/v1/functions/shop")).json()).toMatchObject({
      limits: { cpuMs: 20, memoryMb: 64, wallMs: 30_000 },
    });
    // More memory than its isolates may have is no way into a container with more.
    const large = { tenant: "acme", limits: { memoryMb: 100 } };
    expect(await errorOf(await control.putParts("shop", { "index.js": hello }, large))).toMatchObject({
      code: "limit_too_high",
    });
    // Another's are not touched.
    const own = await control.putParts("own", { "index.js": hello }, { limits: { cpuMs: 50 } });
    expect(own.status).toBe(201);
  });

  test("are listed with those that have functions, and are there without any", async () => {
    await using control = await startControl();
    await control.put("alone", hello);
    await put(control, "acme", { max: { cpuMs: 20 } });
    expect(await (await control.call("GET", "/v1/tenants")).json()).toEqual({
      tenants: [
        { tenant: "acme", max: { cpuMs: 20 }, limits: {}, functions: [] },
        { tenant: "alone", max: {}, limits: {}, functions: ["alone"] },
      ],
    });
    expect((await control.call("GET", "/v1/tenants/alone")).status).toBe(200);
    expect(await errorOf(await control.call("GET", "/v1/tenants/nobody"))).toMatchObject({
      ...{ status: 404, code: "not_found" },
    });
  });

  test.each([
    [{ max: { cpuMs: 30_001 } }, "limit_too_high"],
    [{ max: { cpuMs: 0 } }, "bad_request"],
    [{ max: { cpus: 1 } }, "bad_request"],
    [{ limits: { cpuMs: 10 } }, "bad_request"],
    [{ limits: { requestsPerSecond: 1.5 } }, "bad_request"],
    [[], "bad_request"],
  ])("are refused as %j", async (terms, code) => {
    await using control = await startControl();
    expect(await errorOf(await put(control, "acme", terms))).toMatchObject({ status: 400, code });
    expect(await (await control.call("GET", "/v1/tenants")).json()).toEqual({ tenants: [] });
  });

  test("need a name that a tenant can have", async () => {
    await using control = await startControl();
    expect(await errorOf(await put(control, "Acme", {}))).toMatchObject({ status: 400, code: "invalid_name" });
  });

  test("are as before when a front cannot be told", async () => {
    let failing = false;
    const seen: unknown[] = [];
    await using control = await startControl({
      publish: async (change) => {
        if (failing) throw new IsletError("unavailable", "no front answers");
        if ("set" in change) seen.push(change.set.tenantLimits);
      },
    });
    await control.putParts("shop", { "index.js": hello }, { tenant: "acme" });
    await put(control, "acme", { limits: { requestsInFlight: 3 } });
    failing = true;
    expect((await put(control, "acme", { limits: { requestsInFlight: 9 } })).status).toBe(503);
    expect(await (await control.call("GET", "/v1/tenants/acme")).json()).toMatchObject({
      limits: { requestsInFlight: 3 },
    });
    expect(seen).toEqual([undefined, { requestsInFlight: 3 }]);
  });
});
