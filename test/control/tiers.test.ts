import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bundle, LiveFunction } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
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

interface Described {
  readonly tier: string;
  readonly placement: { readonly asked: string; readonly since: string; readonly why: string | null };
  readonly limits: { readonly memoryMb: number };
}

async function described(name: string): Promise<Described> {
  return (await (await control.call("GET", `/v1/functions/${name}`)).json()) as Described;
}

async function tierOf(name: string): Promise<unknown> {
  return (await described(name)).tier;
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
  const source =
    'import fs from "node:fs"; export default { fetch: () => new Response(fs.existsSync("/") ? "1" : "0") };';
  expect((await control.putParts("os", { "index.js": source }, { tier: "container" })).status).toBe(201);
  const isolated = await control.putParts("os-isolate", { "index.js": source }, { tier: "isolate" });
  const error = await errorOf(isolated);
  expect(error).toMatchObject({ status: 400, code: "module_not_found", module: "index.js", line: 1, column: 17 });
  expect(error.message).toMatch(/imports "node:fs", which isolates do not have; with tier auto/);
});

describe("auto, the default, takes a container when the upload shows that it must, and says why", () => {
  const importing = (specifier: string) =>
    `import * as it from ${JSON.stringify(specifier)}; export default { fetch: () => new Response(typeof it) };`;

  test.each([
    [{ "index.js": importing("node:fs") }, {}, /index\.js imports "node:fs", which isolates do not have/],
    [{ "index.js": importing("fs/promises") }, {}, /imports "fs\/promises"/],
    [{ "index.js": hello, "addon.node": "\x7fELF" }, {}, /addon\.node is a native addon/],
    [{ "add.py": "def add(x, y): return x + y" }, { handler: "add.add" }, /add\.py is Python/],
    [{ "index.js": hello }, { limits: { memoryMb: 1_024 } }, /limits\.memoryMb is 1024, more than the 512/],
  ])("%j with %j", async (modules, manifest, why) => {
    const before = Date.now();
    expect((await control.putParts("must", modules, manifest)).status).toBe(201);
    const { tier, placement, limits } = await described("must");
    expect([tier, placement.asked, placement.why]).toEqual(["container", "auto", expect.stringMatching(why)]);
    expect(Date.parse(placement.since)).toBeGreaterThanOrEqual(before);
    // Containers have another memory, unless the manifest says which.
    expect(limits.memoryMb).toBe("limits" in manifest ? 1_024 : 512);
    expect(checked.at(-1)?.[0]).toBe("container");
    const listed = await (await control.call("GET", "/v1/functions/must/versions")).json();
    expect(listed).toMatchObject({ versions: expect.arrayContaining([expect.objectContaining({ tier, placement })]) });
  });

  test("but not for a module of the bundle that has the name of one of Node's", async () => {
    await control.putParts("own", { "index.js": importing("fs"), fs: new Blob(["1;"], { type: "text/javascript" }) });
    expect(await described("own")).toMatchObject({ tier: "isolate", placement: { asked: "auto", why: null } });
  });

  test("and an error that no container would mend stays what it is", async () => {
    const answer = await control.put("must-not", importing("left-pad"));
    expect(await errorOf(answer)).toMatchObject({ status: 400, code: "module_not_found" });
  });

  test("without a container engine the answer says what for", async () => {
    const check = async () => {
      throw new IsletError("containers_unavailable", "this server reaches no container engine");
    };
    await using bare = await startControl({ check });
    const error = await errorOf(await bare.put("os", importing("node:fs")));
    expect(error).toMatchObject({ status: 503, code: "containers_unavailable" });
    expect(error.message).toMatch(
      /imports "node:fs", which isolates do not have, so it has to run in a container, but/,
    );
    expect(error.hint).toMatch(/islet doctor/);
  });
});

test("what a version was moved for stays with it, until its manifest asks for something else", async () => {
  await control.put("moved", hello);
  const { version } = (await (await control.call("GET", "/v1/functions/moved")).json()) as { version: string };
  await control.store.move("moved", version, { atMs: 1_000, why: "it was seen" });
  expect(await described("moved")).toMatchObject({
    tier: "container",
    placement: { asked: "auto", since: new Date(1_000).toISOString(), why: "it was seen" },
  });
  // The same bytes are the same version.
  expect((await control.put("moved", hello)).status).toBe(200);
  expect(await tierOf("moved")).toBe("container");
  await control.putParts("moved", { "index.js": hello }, { tier: "isolate" });
  expect(await described("moved")).toMatchObject({ tier: "isolate", placement: { asked: "isolate", why: null } });
  await control.put("moved", `${hello}//`);
  expect(await described("moved")).toMatchObject({ tier: "isolate", placement: { asked: "auto", why: null } });
});

test("the same bytes with the same limits for another tier are a deployment, checked there, and no version", async () => {
  const versionOf = async (answer: Response) => ((await answer.json()) as { version: string }).version;
  const limits = { memoryMb: 128 };
  const first = await versionOf(await control.putParts("both", { "index.js": hello }, { tier: "isolate", limits }));
  const before = checked.length;
  const again = await control.putParts("both", { "index.js": hello }, { tier: "container", limits });
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
