import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultLimits } from "../../src/core/limits.ts";
import { SqliteStore } from "../../src/store/sqlite.ts";
import type { NewDeployment } from "../../src/store/store.ts";

let dataDir: string;
let store: SqliteStore;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "islet-store-")), "data");
  store = await SqliteStore.open(dataDir);
});

afterEach(async () => {
  await store.close();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

const idOf = (letter: string) => letter.repeat(64);

function deployment(name: string, version: string, routes: readonly string[] = [], atMs = 1_000): NewDeployment {
  return {
    fn: {
      name,
      tenant: "default",
      group: "shared",
      versionId: idOf(version),
      routes,
      limits: { ...defaultLimits, cpuMs: 7 },
    },
    why: null,
    bytes: 42,
    atMs,
    original: Buffer.from(`original ${version}`),
    compiled: Buffer.from(`compiled ${version}`),
  };
}

const bundles = () => readdir(join(dataDir, "bundles"));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

async function reopened(): Promise<SqliteStore> {
  await store.close();
  store = await SqliteStore.open(dataDir);
  return store;
}

test("where a version was moved to is kept with it, and is taken back", async () => {
  const input = deployment("hello", "a");
  await store.deploy({ ...input, fn: { ...input.fn, tier: "isolate", asked: "auto" } });
  await store.move("hello", idOf("a"), { atMs: 2_000, why: "it was seen" });
  const [moved] = await (await reopened()).list();
  const now = { asked: "auto", decided: "isolate", now: "container", sinceMs: 2_000, why: "it was seen" };
  expect(moved).toMatchObject({ fn: { tier: "container", asked: "auto", fallback: "done" }, placement: now });
  expect(await store.versions("hello")).toMatchObject([{ placement: now }]);
  await store.move("hello", idOf("a"), null);
  expect((await store.get("hello"))?.fn).not.toHaveProperty("fallback");
  await expect(store.move("hello", idOf("b"), null)).rejects.toThrow(/no version/);
});

describe("deploying", () => {
  test("is there after the next start", async () => {
    const input = deployment("hello", "a", ["/a/*", "example.com/*"]);
    const stored = await store.deploy(input);
    expect(stored).toMatchObject({ fn: input.fn, bytes: 42, createdAtMs: 1_000, deployedAtMs: 1_000 });
    await reopened();
    expect(await store.get("hello")).toEqual(stored);
    expect(await store.list()).toEqual([stored]);
    expect(textOf(await store.readBundle(idOf("a")))).toBe("original a");
    expect(textOf(await store.readCompiled(idOf("a")))).toBe("compiled a");
  });

  test("keeps the time at which the function began", async () => {
    await store.deploy(deployment("hello", "a"));
    const stored = await store.deploy(deployment("hello", "b", [], 2_000));
    expect(stored).toMatchObject({ createdAtMs: 1_000, deployedAtMs: 2_000 });
  });

  test("leaves nothing when the route is taken", async () => {
    await store.deploy(deployment("first", "a", ["/a"]));
    await expect(store.deploy(deployment("second", "b", ["/b", "/a"]))).rejects.toMatchObject({ code: "route_taken" });
    expect(await store.get("second")).toBeNull();
    expect(await bundles()).toEqual([idOf("a"), `${idOf("a")}.compiled`]);
    // "/b" was not kept either.
    await store.deploy(deployment("third", "c", ["/b"]));
  });

  test("leaves no half bundle when the disk does not take it", async () => {
    // A folder in the place of the file makes the last step of writing it fail.
    const inTheWay = join(dataDir, "bundles", `${idOf("a")}.compiled`, "x");
    await mkdir(inTheWay, { recursive: true });
    await expect(store.deploy(deployment("hello", "a"))).rejects.toThrow();
    expect(await store.get("hello")).toBeNull();
    expect((await bundles()).filter((name) => name.includes(".new-"))).toEqual([]);
    expect((await store.deploy(deployment("hello", "b"))).fn.versionId).toBe(idOf("b"));
  });

  test("refuses ids that are no hashes, since they name files", async () => {
    await expect(store.readBundle("../../etc/passwd")).rejects.toThrow("no version id");
    await expect(store.readCompiled(`${idOf("a")}/..`)).rejects.toThrow("no version id");
  });
});

describe("history", () => {
  test("goes back along the deployments that were live", async () => {
    for (const version of ["a", "b", "c"]) await store.deploy(deployment("hello", version, [`/${version}`]));
    const back = await store.rollbackTarget("hello", null);
    if (back === null) throw new Error("there is a version before");
    expect((await store.activate("hello", back)).fn).toMatchObject({ versionId: idOf("b"), routes: ["/b"] });
    // A deploy from there has b before it, not c.
    await store.deploy(deployment("hello", "d"));
    expect(await store.rollbackTarget("hello", null)).toBe(back);
    expect((await store.versions("hello")).map(({ id, live }) => [id[0], live])).toEqual([
      ["d", true],
      ["c", false],
      ["b", false],
      ["a", false],
    ]);
    expect(await store.rollbackTarget("hello", idOf("x"))).toBeNull();
    expect(await store.rollbackTarget("none", null)).toBeNull();
  });

  test("brings egress lists back with their deployment, and has none for those who had none", async () => {
    const listed = (deny: string[]) => {
      const { fn, ...rest } = deployment("hello", "a");
      return { ...rest, fn: { ...fn, egress: { allow: ["a.example"], deny } } };
    };
    expect((await store.deploy(deployment("hello", "a"))).fn.egress).toEqual({ allow: null, deny: [] });
    await store.deploy(listed(["1.2.3.4"]));
    const last = await store.deploy(listed([]));
    expect([last.fn.versionId, last.fn.egress]).toEqual([idOf("a"), { allow: ["a.example"], deny: [] }]);
    const back = await store.rollbackTarget("hello", null);
    const before = await store.activate("hello", back ?? 0);
    expect(before.fn.egress).toEqual({ allow: ["a.example"], deny: ["1.2.3.4"] });
    await reopened();
    expect(await store.get("hello")).toEqual(before);
  });

  test("takes the latest deployment of a version that was live more than once", async () => {
    await store.deploy(deployment("hello", "a", ["/old"]));
    await store.deploy(deployment("hello", "a", ["/new"]));
    await store.deploy(deployment("hello", "b"));
    const target = await store.rollbackTarget("hello", idOf("a"));
    expect((await store.activate("hello", target ?? 0)).fn.routes).toEqual(["/new"]);
    expect(await store.versions("hello")).toHaveLength(2);
  });

  test("does not let one function go live with another's deployment", async () => {
    const { deploymentId } = await store.deploy(deployment("first", "a"));
    await store.deploy(deployment("second", "b"));
    await expect(store.activate("second", deploymentId)).rejects.toThrow("no deployment");
    expect((await store.get("second"))?.fn.versionId).toBe(idOf("b"));
  });
});

describe("taking a deploy back", () => {
  test("makes the one before live, with its routes, and forgets the version", async () => {
    const before = await store.deploy(deployment("hello", "a", ["/a"]));
    await store.deploy(deployment("hello", "b", ["/b"]));
    expect(await store.withdraw("hello")).toEqual(before);
    expect(await store.versions("hello")).toHaveLength(1);
    expect(await bundles()).toEqual([idOf("a"), `${idOf("a")}.compiled`]);
    await store.deploy(deployment("other", "c", ["/b"]));
  });

  test("keeps a version that was live earlier too", async () => {
    await store.deploy(deployment("hello", "a"));
    await store.deploy(deployment("hello", "b"));
    await store.deploy(deployment("hello", "a"));
    await store.withdraw("hello");
    expect(await store.get("hello")).toMatchObject({ fn: { versionId: idOf("b") } });
    expect(textOf(await store.readBundle(idOf("a")))).toBe("original a");
  });

  test("of the first deploy takes the function", async () => {
    await store.deploy(deployment("hello", "a"));
    expect(await store.withdraw("hello")).toBeNull();
    expect(await store.withdraw("hello")).toBeNull();
    expect(await store.list()).toEqual([]);
    expect(await bundles()).toEqual([]);
  });
});

describe("removing", () => {
  test("takes what no other function uses", async () => {
    for (const version of ["a", "b"]) await store.deploy(deployment("first", version, ["/x"]));
    await store.deploy(deployment("second", "a"));
    expect(await store.remove("first")).toBe(true);
    expect(await store.remove("first")).toBe(false);
    expect(await bundles()).toEqual([idOf("a"), `${idOf("a")}.compiled`]);
    expect(await store.versions("first")).toEqual([]);
    await store.deploy(deployment("third", "c", ["/x"]));
  });

  test("never takes a bundle that is being deployed", async () => {
    for (let round = 0; round < 20; round++) {
      await store.deploy(deployment("first", "a"));
      await Promise.all([store.remove("first"), store.deploy(deployment("second", "a"))]);
      expect(textOf(await store.readCompiled(idOf("a")))).toBe("compiled a");
      await store.remove("second");
    }
  });
});

describe("opening", () => {
  test("makes folders that only their owner can enter", async () => {
    for (const folder of [dataDir, join(dataDir, "bundles")]) expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await store.deploy(deployment("hello", "a"));
    expect((await stat(join(dataDir, "bundles", idOf("a")))).mode & 0o777).toBe(0o600);
  });

  test("removes what a crash left between the files and the rows", async () => {
    await store.deploy(deployment("hello", "a"));
    for (const name of [idOf("b"), `${idOf("b")}.compiled`, `${idOf("a")}.new-1234`]) {
      await writeFile(join(dataDir, "bundles", name), "left over");
    }
    await reopened();
    expect(await bundles()).toEqual([idOf("a"), `${idOf("a")}.compiled`]);
  });

  test("refuses a directory that another server has open", async () => {
    await expect(SqliteStore.open(dataDir)).rejects.toThrow("in use by another Islet");
  });

  test("keeps what is held against versions until it is told that this is nothing", async () => {
    const record = {
      ...{ key: "f@1", tenant: "t", level: 2, breaches: 3, reasons: ["crashed" as const], lastMs: 5, blamedMs: null },
      quarantine: { sinceMs: 5, untilMs: 9 },
    };
    await store.saveTrust(new Map([[record.key, { ...record, level: 1 }]]));
    await store.saveTrust(new Map([[record.key, record]]));
    await store.close();
    store = await SqliteStore.open(dataDir);
    expect(await store.trust()).toEqual([record]);
    await store.saveTrust(new Map([[record.key, null]]));
    expect(await store.trust()).toEqual([]);
  });

  test("keeps how much versions were used, as it was told last", async () => {
    await store.saveHeat([{ key: "f@1", heat: 3, atMs: 5 }]);
    const records = [
      { key: "f@2", heat: 2.5, atMs: 7 },
      { key: "g@1", heat: 1, atMs: 7 },
    ];
    await store.saveHeat(records);
    await store.close();
    store = await SqliteStore.open(dataDir);
    expect(await store.heat()).toEqual(records);
  });

  test("refuses a store of a later release", async () => {
    await store.close();
    const db = new DatabaseSync(join(dataDir, "islet.db"));
    const known = Number(db.prepare("PRAGMA user_version").get()?.user_version);
    db.exec("PRAGMA user_version = 99");
    db.close();
    await expect(SqliteStore.open(dataDir)).rejects.toThrow("later release");
    const again = new DatabaseSync(join(dataDir, "islet.db"));
    again.exec(`PRAGMA user_version = ${known}`);
    again.close();
    store = await SqliteStore.open(dataDir);
  });
});

describe("limits", () => {
  const limitsOf = async () => (await store.get("hello"))?.fn.limits;

  test("are held to the tenant's terms and the operator's maxima, by where a version runs, and come back", async () => {
    const input = deployment("hello", "a");
    const stored = await store.deploy({ ...input, fn: { ...input.fn, asked: "auto" } });
    expect(stored.fn).not.toHaveProperty("limitsId");
    await store.saveTenant("default", { max: { memoryMb: 60, requestBodyBytes: 5 }, limits: {} });
    const held = await store.get("hello");
    expect(held?.fn).toMatchObject({ mostMemoryMb: 60, limits: { memoryMb: 60, cpuMs: 7, requestBodyBytes: 5 } });
    expect(held?.fn.limitsId).toMatch(/^[0-9a-f]{16}$/);

    await store.close();
    const max = { ...defaultLimits, memoryMb: 32, cpuMs: 3 };
    store = await SqliteStore.open(dataDir, { maxima: { isolate: max, container: { ...max, memoryMb: 300 } } });
    expect(await limitsOf()).toMatchObject({ memoryMb: 32, cpuMs: 3, requestBodyBytes: 5 });
    expect((await store.list())[0]?.fn.limitsId).not.toBe(held?.fn.limitsId);
    await store.move("hello", idOf("a"), { atMs: 2_000, why: "it was seen" });
    expect(await limitsOf()).toMatchObject({ memoryMb: 60, cpuMs: 3 });
    expect(await store.versions("hello")).toMatchObject([{ limits: { memoryMb: 128, cpuMs: 7 } }]);

    await store.saveTenant("default", null);
    expect(await limitsOf()).toMatchObject({ memoryMb: 128, cpuMs: 3 });
    await reopened();
    await store.move("hello", idOf("a"), null);
    expect((await store.get("hello"))?.fn).toEqual(stored.fn);
  });
});
