import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { type RunningSupervisor, runSupervisor } from "../../src/processes/supervisor.ts";
import { MetricsPage } from "../e2e/metrics-page.ts";
import { until } from "../e2e/until.ts";

/** One of them restarts the server. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const flags = { host: "127.0.0.1", port: "0", controlPort: "0", logLevel: "silent", fronts: "2", pools: "2" };
const hello = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

let dataDir: string;
let server: RunningSupervisor;
const start = () => runSupervisor(loadConfig({ flags: { ...flags, dataDir }, env: {}, cwd: dataDir }));

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "islet-prewarm-"));
  server = await start();
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

async function deploy(name: string, source: string): Promise<void> {
  const headers = { authorization: `Bearer ${server.token}`, "content-type": "text/javascript" };
  const url = `${server.controlUrl}/v1/functions/${name}`;
  const answer = await fetch(url, { method: "PUT", headers, body: source });
  expect(answer.status, await answer.text()).toBe(201);
}

/** On a connection of its own, so that all fronts are met. */
async function ask(name: string): Promise<string> {
  const answer = await fetch(`${server.url}/fn/${name}/`, { headers: { connection: "close" } });
  return answer.text();
}

async function metric(name: string, labels: Record<string, string>): Promise<number> {
  return new MetricsPage(await (await fetch(`${server.controlUrl}/metrics`)).text()).sum(name, labels);
}
const coldStarts = () => metric("islet_request_seconds_count", { start: "cold" });

interface Placement {
  readonly instances: readonly { process: string; state: string }[];
  readonly fronts: readonly { home: { process: string } | null }[];
}

/** Whether a function is loaded where all fronts would send its first request. */
async function isWarmAtHome(name: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${server.token}` };
  const answer = await fetch(`${server.controlUrl}/v1/functions/${name}/placement`, { headers });
  const { instances, fronts } = (await answer.json()) as Placement;
  const isWarm = (home: string | undefined) =>
    instances.some(({ process, state }) => process === home && state === "warm");
  return fronts.length === 2 && fronts.every(({ home }) => isWarm(home?.process));
}

/** And the pool processes that were killed are replaced. */
async function untilWarmAtHome(names: readonly string[]): Promise<void> {
  await until(async () => {
    const { summary } = (await (await fetch(`${server.controlUrl}/readyz`)).json()) as { summary: string };
    return summary.includes("2 of 2 pools") && (await Promise.all(names.map(isWarmAtHome))).every(Boolean);
  });
}

test("no request meets a cold start after a deploy, whichever front it comes to", async () => {
  for (const version of ["one", "two"]) {
    for (const name of ["often", "once", "late"]) await deploy(name, hello(`${name} ${version}`));
    for (let i = 0; i < 8; i++) expect(await ask("often")).toBe(`often ${version}`);
    expect(await ask("once")).toBe(`once ${version}`);
  }
  expect(await coldStarts()).toBe(0);
  expect(await metric("islet_prewarms_total", { occasion: "deploy", outcome: "warm" })).toBe(6);
});

test("modules that await something are waited for", async () => {
  await deploy("slow", `await new Promise((resolve) => setTimeout(resolve, 20));\n${hello("slow")}`);
  expect(await ask("slow")).toBe("slow");
  expect(await coldStarts()).toBe(0);
});

test("after a restart those that were used are loaded before anybody asks, and others are not", async () => {
  await server.stop();
  server = await start();
  const used = ["often", "once", "slow"];
  await untilWarmAtHome(used);
  for (const name of used) await ask(name);
  expect(await coldStarts()).toBe(0);
  await ask("late");
  expect(await coldStarts()).toBe(1);
});

test("the same in the pool process that takes a dead one's place", async () => {
  for (const pid of server.pids().pools) process.kill(pid, "SIGKILL");
  const all = ["often", "once", "slow", "late"];
  await untilWarmAtHome(all);
  for (const name of all) await ask(name);
  expect(await coldStarts()).toBe(1);
});
