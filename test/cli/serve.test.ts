import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { islet } from "./run-islet.ts";
import { type Serving, startServing } from "./serving.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "bin/islet.js");
const samples = ["hello", "hono-api", "image-resize", "jwt", "markdown", "proxy", "ssr", "streaming", "wasm"];

let folder: string;
let server: Serving | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-test-"));
});
afterEach(async () => {
  server?.child.kill("SIGKILL");
  await server?.gone;
  server = undefined;
  await rm(folder, { recursive: true });
});

/** Its temporary directory and its data directory are the test's own. */
async function start(command: string, ...args: string[]): Promise<Serving> {
  const env = { TMPDIR: folder, ISLET_DATA_DIR: join(folder, "data") };
  server = await startServing(command, args, { cwd: root, env });
  return server;
}

const runDirectories = () => readdirSync(folder).filter((name) => name.startsWith("islet-"));

function expectNothingLeft(logs: string): void {
  expect(runDirectories()).toEqual([]);
  expect(logs.trimEnd().split("\n")).toHaveLength(logLines(logs).length);
  expect(logLines(logs).at(-1)).toMatchObject({ msg: "stopped" });
}

function logLines(text: string): Record<string, unknown>[] {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("SIGTERM ends `islet serve` with 0, and nothing of it is left", async () => {
  const { child, banner, url, controlUrl, logs, gone } = await start(process.execPath, bin, "serve");
  expect(banner).toContain(`in ${join(folder, "data", "token")}`);
  expect(banner).not.toContain("Samples");
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${controlUrl}/readyz`)).status).toBe(200);
  expect(runDirectories()).toHaveLength(1);

  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
  expectNothingLeft(logs());
});

test("`npm start` has all samples deployed and says where, and SIGTERM ends it with 0", async () => {
  const { child, banner, url, logs, gone } = await start("npm", "start");
  for (const name of samples) {
    expect(banner).toMatch(new RegExp(`^ {2}${name} +http://${name}\\.localhost:\\d+/ {2}${url}/fn/${name}/$`, "m"));
  }
  expect(await (await fetch(`${url}/fn/hello/?name=Ada`)).text()).toBe("Hello, Ada!\n");
  expect(logLines(logs()).filter(({ msg }) => msg === "deployed")).toHaveLength(samples.length);

  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
  expect(runDirectories()).toEqual([]);
});

test("`islet dev` leaves no process of esbuild behind, and ends in peace at a SIGINT that npm repeats after a terminal", async () => {
  const { child, url, controlUrl, logs, gone } = await start(process.execPath, bin, "dev");
  const builders = async () => {
    const pids = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).trim().split(" ");
    // One that has ended since it was listed has no command.
    const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
    return commands.filter((command) => command.includes("esbuild"));
  };
  // Neither after the start nor after an upload with a syntax error.
  expect(await builders()).toEqual([]);
  const token = (await readFile(join(folder, "data", "token"), "utf8")).trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "text/javascript" };
  const refused = await fetch(`${controlUrl}/v1/functions/broken`, { method: "PUT", headers, body: "export {" });
  expect(await refused.json()).toMatchObject({ error: { code: "module_syntax", line: 1 } });
  expect(await builders()).toEqual([]);

  const answer = await fetch(`${url}/fn/streaming/?lines=5&ms=50`);
  const body = answer.text();
  child.kill("SIGINT");
  // Two of a kind become one unless the first has been taken.
  await fetch(`${url}/healthz`);
  child.kill("SIGINT");
  // It counts once: what is in flight goes on to its end.
  expect(await body).toBe("5\n4\n3\n2\n1, and done\n");
  expect(await gone).toEqual([0, null]);
  expectNothingLeft(logs());
});

test("a signal during the start ends it too", async () => {
  const early = startServing(process.execPath, [bin, "serve"], {
    cwd: root,
    env: { TMPDIR: folder, ISLET_DATA_DIR: join(folder, "data"), ISLET_LOG_LEVEL: "debug" },
    onFirstLog: (child) => child.kill("SIGTERM"),
  });
  server = await early;
  expect(await server.gone).toEqual([0, null]);
  expect(runDirectories()).toEqual([]);
});

test("what keeps a server from starting is said in one line", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const env = { ISLET_HOST: "127.0.0.1", ISLET_PORT: String(port), ISLET_CONTROL_PORT: "0", TMPDIR: folder };
  const result = await islet(["serve", "--data-dir", join(folder, "data")], { env });
  expect(result).toEqual({
    code: 1,
    out: "",
    err: `islet: 127.0.0.1:${port} is in use by another process; choose another with ISLET_PORT or ISLET_HOST\n`,
  });
  expect(runDirectories()).toEqual([]);
  other.close();
});
