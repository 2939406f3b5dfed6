import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bundle, LiveFunction } from "../../src/core/deployment.ts";
import { type ControlServer, errorOf, hello, startControl } from "./control-server.ts";

let control: ControlServer;
const checked: [string | undefined, Bundle][] = [];

beforeAll(async () => {
  const check = async (bundle: Bundle, fn: LiveFunction) => {
    checked.push([fn.tier, bundle]);
    return null;
  };
  control = await startControl({ check });
});
afterAll(() => control[Symbol.asyncDispose]());

async function tierOf(name: string): Promise<unknown> {
  return ((await (await control.call("GET", `/v1/functions/${name}`)).json()) as { tier: string }).tier;
}

test("JavaScript runs in an isolate unless its manifest asks for a container", async () => {
  await control.put("plain", hello);
  await control.putParts("asked", { "index.js": hello }, { tier: "container" });
  expect([await tierOf("plain"), await tierOf("asked")]).toEqual(["isolate", "container"]);
});

test("a handler makes it Python, in a container", async () => {
  await control.putParts("add", { "add.py": "def add(x, y): return x + y" }, { handler: "add.add" });
  expect(await tierOf("add")).toBe("container");
  const [tier, bundle] = checked.at(-1) ?? [];
  expect([tier, bundle?.main, bundle?.handler]).toEqual(["container", "add.py", "add.add"]);
  await control.putParts("packed", { "pack/__init__.py": "", "pack/web/__init__.py": "" }, { handler: "pack.web.app" });
  expect(checked.at(-1)?.[1].main).toBe("pack/web/__init__.py");
});

test("what a container runs may import what no isolate has", async () => {
  const source = 'import os from "node:os"; export default { fetch: () => new Response(os.platform()) };';
  expect((await control.putParts("os", { "index.js": source }, { tier: "container" })).status).toBe(201);
  expect(await errorOf(await control.put("os-isolate", source))).toMatchObject({ code: "module_not_found" });
});

test("the same bytes for another tier are a deployment, checked there, and no version", async () => {
  const versionOf = async (answer: Response) => ((await answer.json()) as { version: string }).version;
  const first = await versionOf(await control.putParts("both", { "index.js": hello }, { tier: "isolate" }));
  const before = checked.length;
  const again = await control.putParts("both", { "index.js": hello }, { tier: "container" });
  expect(await versionOf(again)).toBe(first);
  expect(checked.slice(before).map(([tier]) => tier)).toEqual(["container"]);
  await control.call("POST", "/v1/functions/both/rollback");
  expect(await tierOf("both")).toBe("isolate");
});

test.each([
  [{ handler: "add" }, /handler/],
  [{ handler: "nowhere.add" }, /not in the upload/],
  [{ handler: "../add.add" }, /handler/],
  [{ handler: "add.add", tier: "isolate" }, /JavaScript only/],
  [{ handler: "add.add", main: "add.py" }, /main/],
  [{}, /handler: must be given/],
  [{ tier: "cloud" }, /tier/],
])("refuses Python with the manifest %j", async (manifest, message) => {
  const answer = await control.putParts("bad", { "add.py": "def add(): pass" }, manifest);
  const error = await errorOf(answer);
  expect(error).toMatchObject({ status: 400, code: "invalid_manifest" });
  expect(error.message).toMatch(message);
});
