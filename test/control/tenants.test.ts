import { expect, test } from "vitest";
import { errorOf, hello, startControl } from "./control-server.ts";

const tenantOf = async (response: Response) => ((await response.json()) as { tenant: string }).tenant;

test("a function is its own tenant, unless its manifest says whose it is", async () => {
  await using control = await startControl();
  await control.put("alone", hello);
  await control.putParts("shop", { "index.js": hello }, { tenant: "acme" });
  expect(await tenantOf(await control.call("GET", "/v1/functions/alone"))).toBe("alone");
  expect(await tenantOf(await control.call("GET", "/v1/functions/shop"))).toBe("acme");
  expect(control.published.map((change) => "set" in change && change.set.tenant)).toEqual(["alone", "acme"]);
});

test("it goes with the deployment and not with the version, and comes back with it", async () => {
  await using control = await startControl();
  const first = await control.putParts("shop", { "index.js": hello }, { tenant: "acme" });
  const second = await control.putParts("shop", { "index.js": hello }, { tenant: "umbrella" });
  expect(second.status).toBe(200);
  const [before, after] = [await first.json(), await second.json()] as { version: string }[];
  expect(after?.version).toBe(before?.version);
  expect(await tenantOf(await control.call("GET", "/v1/functions/shop"))).toBe("umbrella");
  const back = await control.call("POST", "/v1/functions/shop/rollback");
  expect(back.status).toBe(200);
  expect(await tenantOf(await control.call("GET", "/v1/functions/shop"))).toBe("acme");
});

test.each(["", "Acme", "-a", "a b", "a".repeat(64), 7])("refuses the tenant %j", async (tenant) => {
  await using control = await startControl();
  const answer = await control.putParts("shop", { "index.js": hello }, { tenant });
  expect(await errorOf(answer)).toMatchObject({ status: 400, code: "invalid_manifest" });
});
