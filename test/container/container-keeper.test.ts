import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ContainerKeeper, type Owner } from "../../src/container/container-keeper.ts";
import { instanceLabel, serverLabel } from "../../src/container/labels.ts";
import { encodeBundle } from "../../src/core/bundle.ts";
import { containerGroup, type LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { ScriptedEngine } from "./scripted-engine.ts";

const version = "0".repeat(64);
const limits = defaultLimits;
const fn: LiveFunction = {
  ...{ name: "kept", tenant: "kept", versionId: version, tier: "container", routes: [], limits },
  group: containerGroup({ name: "kept", versionId: version }),
};
const bytes = new TextEncoder().encode("export default {};");
const bundle = { main: "index.js", modules: [{ name: "index.js", type: "esm" as const, bytes }], env: {}, limits };

let folder: string;
let engine: ScriptedEngine;
let keeper: ContainerKeeper;
let told: Parameters<Owner["send"]>[0][];
const owner: Owner = { id: "front-1", send: (message) => told.push(message) };
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

const wanted = async (id: string) => {
  const directory = join(folder, id);
  await mkdir(join(directory, "run"), { recursive: true });
  keeper.asked(owner, { type: "instanceWanted", id, directory, fn });
};
const called = (call: RegExp) => vi.waitFor(() => expect(engine.calls.find((one) => call.test(one))).toBeDefined());
const heard = (message: object) => vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining(message)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-keeper-"));
  engine = new ScriptedEngine(folder);
  await engine.up();
  told = [];
  keeper = new ContainerKeeper({
    ...{ dockerHost: engine.dockerHost, dataDir: folder, runDirectory: folder, logger },
    ...{ concurrency: 1, cpus: 1, uid: 60_500, fallbackMemoryMb: 128, sandbox: "off", instances: 8 },
    builds: { memoryMb: 128, cpus: 1, timeMs: 1_000, diskMb: 64, network: "none" },
    official: { node: "node:24", python: "" },
    patienceMs: 200,
    versions: async () => new Set<string>(),
    room: { containers: 8, memoryMb: 8_192 },
    readBundle: async () => encodeBundle(bundle),
  });
});
afterEach(async () => {
  engine.fault = () => undefined;
  await keeper.close();
  await engine.down();
  await rm(folder, { recursive: true, force: true });
});

test("a container that the engine does not thaw is removed, so that another can take its requests", async () => {
  await wanted("a");
  await called(/wait$/);
  keeper.asked(owner, { type: "instancePause", id: "a" });
  await called(/pause$/);
  engine.fault = (call) => (call.endsWith("/unpause") ? 500 : undefined);
  keeper.asked(owner, { type: "instanceThaw", id: "a" });
  await heard({ type: "instanceOver", id: "a", end: expect.objectContaining({ code: "container_lost" }) });
  await vi.waitFor(() => expect(engine.containers.size).toBe(0));
});

test("what an earlier run has left and cannot be removed does not keep others from starting", async () => {
  engine.add({ [serverLabel]: "any", [instanceLabel]: "left" });
  engine.fault = (call) => (call.startsWith("DELETE") ? 500 : undefined);
  await wanted("a");
  await called(/start$/);
  expect(logger.warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining("could not be removed"));
});

test("a container of which nobody knows whether it was made is looked for and removed", async () => {
  engine.fault = (call) => (call.endsWith("/create") ? "breaks off" : undefined);
  await wanted("a");
  await called(/create$/);
  keeper.asked(owner, { type: "instanceEnd", id: "a" });
  await vi.waitFor(() => expect(engine.containers.size).toBe(0), { timeout: 5_000 });
});

test("a container that somebody has started of an image that was built here is his", async () => {
  engine.add({ [serverLabel]: "any" });
  await keeper.removeOrphans();
  expect(engine.containers.size).toBe(1);
});

test("a front whose start has failed for want of an engine hears when there is one again", async () => {
  await engine.down();
  await wanted("a");
  await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "instanceOver" })), 10_000);
  expect(told).not.toContainEqual({ type: "instanceEngineBack" });
  await engine.up();
  await heard({ type: "instanceEngineBack" });
  await wanted("b");
  await called(/start$/);
});

test("a deploy whose container cannot be removed stands, and the container goes later", async () => {
  engine.fault = (call) => (call.startsWith("DELETE") ? 409 : undefined);
  const checked = keeper.check(fn, bundle, () => undefined);
  await called(/start$/);
  const [made] = engine.containers.values();
  const run = join(folder, String(made?.labels[instanceLabel]), "run");
  const control = connect(join(run, "control"));
  control.write('{"type":"ready"}\n');
  expect(await checked).toBe(null);
  control.destroy();
  engine.fault = () => undefined;
  await vi.waitFor(() => expect(engine.containers.size).toBe(0), { timeout: 5_000 });
});
