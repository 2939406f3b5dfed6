import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineForTests } from "../container/test-engine.ts";
import { startControl, token } from "../control/control-server.ts";
import { islet } from "./run-islet.ts";

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { check: string; state: string; message: string; remedy: string | null }[];
}

const dockerHost = await engineForTests();
const withoutEngine = { ISLET_DOCKER_HOST: "unix:///nowhere/docker.sock" };
const anyPorts = { ISLET_PORT: "0", ISLET_CONTROL_PORT: "0" };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-doctor-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function examine(env: Record<string, string>): Promise<{ code: number | null; report: Report; of: Finder }> {
  const { code, out } = await islet(["doctor", "--json"], { cwd: folder, env });
  const report = JSON.parse(out) as Report;
  return { code, report, of: (check) => report.findings.find((finding) => finding.check === check) };
}

type Finder = (check: string) => Report["findings"][number] | undefined;

test("a machine without a container engine is well, and is told what to install", async () => {
  const { code, report, of } = await examine({ ...anyPorts, ...withoutEngine });
  expect([code, report.ok]).toEqual([0, true]);
  for (const check of ["node", "isolated-vm", "data directory", "port", "control port"]) {
    expect(of(check), check).toMatchObject({ state: "ok", remedy: null });
  }
  const engine = of("container engine");
  expect(engine).toMatchObject({ state: "warn", message: expect.stringMatching(/refused/) });
  expect(engine?.remedy).toContain("apt-get install docker.io");
});

test("what keeps Islet from starting is a failure, in words with what to do", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  await writeFile(join(folder, "file"), "");
  const { port } = taken.address() as AddressInfo;
  const env = { ...anyPorts, ...withoutEngine, ISLET_HOST: "127.0.0.1", ISLET_PORT: `${port}`, ISLET_DATA_DIR: "file" };
  const { code, out } = await islet(["doctor"], { cwd: folder, env });
  taken.close();
  expect(code).toBe(1);
  expect(out).toMatch(/^ok {4}node: Node 24\./m);
  expect(out).toMatch(
    new RegExp(`^fail {2}port: 127\\.0\\.0\\.1:${port} is in use by another process.*\n {6}end what`, "m"),
  );
  expect(out).toMatch(/^fail {2}data directory: .*file is no directory\n {6}.*dataDir/m);
});

test("a server that runs is asked what holds its processes", async () => {
  const measures = [
    { name: "memoryWatch", inForce: true, why: null },
    { name: "seccomp", inForce: false, why: "bubblewrap is not installed" },
  ];
  for (const confinement of ["auto", "require"] as const) {
    await using control = await startControl({
      isolation: () => ({ isolation: "shared", confinement, measures, parsers: [] }),
    });
    const { port } = new URL(control.origin);
    const { code, of } = await examine({ ...withoutEngine, ISLET_CONTROL_PORT: port, ISLET_TOKEN: token });
    expect(of("ports")).toMatchObject({ state: "ok", message: expect.stringContaining("an Islet answers") });
    const missing = of("confinement: seccomp");
    expect(missing?.message).toMatch(/bubblewrap is not installed/);
    expect(missing?.remedy).toContain("apt-get install bubblewrap");
    expect([missing?.state, code]).toEqual(confinement === "require" ? ["fail", 1] : ["warn", 0]);
  }
});

test.skipIf(dockerHost === null)("an engine says what it is and which images it has", async () => {
  const { code, of } = await examine({ ...anyPorts, ISLET_DOCKER_HOST: String(dockerHost) });
  expect(code).toBe(0);
  expect(of("container engine")).toMatchObject({ state: "ok", message: expect.stringMatching(/^\d+\.\d+.* at unix:/) });
  for (const check of ["node image", "gVisor"]) expect(of(check), check).toMatchObject({ state: "ok" });
});
