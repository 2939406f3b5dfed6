import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { StartError } from "../../src/core/start-error.ts";
import { type RunningSupervisor, runSupervisor } from "../../src/processes/supervisor.ts";

function configFor(dataDir: string, flags: Record<string, string> = {}) {
  const common = {
    dataDir,
    host: "127.0.0.1",
    port: "0",
    controlPort: "0",
    logLevel: "silent",
    fronts: "2",
    pools: "2",
  };
  return loadConfig({ flags: { ...common, ...flags }, env: {}, cwd: dataDir });
}

function deploy(server: RunningSupervisor, name: string, source: string): Promise<Response> {
  const headers = { authorization: `Bearer ${server.token}`, "content-type": "text/javascript" };
  return fetch(`${server.controlUrl}/v1/functions/${name}`, { method: "PUT", headers, body: source });
}

const saying = (text: string) => `export default { fetch() { return new Response(${JSON.stringify(text)}); } };`;

describe("a server", () => {
  let dataDir: string;
  let server: RunningSupervisor;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "islet-test-"));
    server = await runSupervisor(configFor(dataDir));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  test("has the processes that it was told to have, and says that it is ready", async () => {
    const { fronts, pools, spare } = server.pids();
    expect(new Set([...fronts, ...pools, spare]).size).toBe(5);
    const readiness = await fetch(`${server.controlUrl}/readyz`);
    expect(await readiness.json()).toMatchObject({ summary: "2 of 2 fronts and 2 of 2 pools are up." });
  });

  test("serves a function on every front as soon as it is deployed", async () => {
    for (const text of ["one", "two", "three"]) {
      expect((await deploy(server, "said", saying(text))).status).toBe(201);
      // A connection of its own each: the system spreads them over the fronts.
      const answers = Array.from({ length: 8 }, async () => {
        const answer = await fetch(`${server.url}/fn/said/`, { headers: { connection: "close" } });
        return answer.text();
      });
      expect(new Set(await Promise.all(answers))).toEqual(new Set([text]));
    }
  });

  test("goes on when pool processes are killed", async () => {
    await deploy(server, "steady", saying("here"));
    for (const pid of server.pids().pools) {
      process.kill(pid, "SIGKILL");
      const answer = await fetch(`${server.url}/fn/steady/`);
      expect(await answer.text()).toBe("here");
    }
  });

  test("has one page of metrics", async () => {
    const page = await (await fetch(`${server.controlUrl}/metrics`)).text();
    expect(page).toContain('islet_child_births_total{kind="front"} 2');
    expect(page).toContain("islet_requests_total");
  });

  test("keeps a second one off its data directory and its ports", async () => {
    const second = runSupervisor(configFor(dataDir));
    await expect(second).rejects.toBeInstanceOf(StartError);
    await expect(second).rejects.toThrow(/in use/);

    const other = mkdtempSync(join(tmpdir(), "islet-test-"));
    const port = String(server.port);
    await expect(runSupervisor(configFor(other, { port }))).rejects.toThrow(`127.0.0.1:${port} is in use`);
    const controlPort = String(server.controlPort);
    await expect(runSupervisor(configFor(other, { controlPort }))).rejects.toThrow(`:${controlPort} is in use`);
    rmSync(other, { recursive: true });
  });
});

describe("signals", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "islet-test-"));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  /** Starts a server in a process of its own, with a temporary directory of its own. */
  async function started() {
    const path = fileURLToPath(new URL("./fixtures/serve.ts", import.meta.url));
    const env = { ...process.env, TMPDIR: dataDir };
    const server = spawn(process.execPath, [path, dataDir], { stdio: ["ignore", "pipe", "inherit"], env });
    const [line] = await once(createInterface(server.stdout), "line");
    const { url, pids } = JSON.parse(String(line)) as { url: string; pids: { fronts: number[]; pools: number[] } };
    // The children hold the same pipe, so that its end means that they are gone.
    return { server, url, pids, gone: once(server, "close") };
  }

  // That the first ends all, and leaves nothing, test/cli/serve.test.ts shows.
  test("a second signal does not wait for a child that does not drain", async () => {
    const { server, pids, gone } = await started();
    for (const pid of pids.pools) process.kill(pid, "SIGSTOP");
    server.kill("SIGTERM");
    server.kill("SIGINT");
    expect(await gone).toEqual([0, null]);
  });

  test("the children of a killed supervisor end by themselves", async () => {
    const { server, gone } = await started();
    server.kill("SIGKILL");
    expect(await gone).toEqual([null, "SIGKILL"]);
  });
});
