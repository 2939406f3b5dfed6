import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { findTools } from "../../src/supervisor/confinement/tools.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
afterEach(() => server.stop());

const tools = findTools();
const whole = process.getuid?.() === 0 && tools.bwrap !== null && tools.setpriv !== null && canUnshare();

interface Isolation {
  confinement: string;
  measures: Measure[];
  parsers: Measure[];
}

interface Measure {
  name: string;
  inForce: boolean;
  why: string | null;
}

function canUnshare(): boolean {
  return spawnSync(tools.bwrap ?? "", ["--unshare-net", "--ro-bind", "/", "/", "true"]).status === 0;
}

async function isolation(): Promise<Isolation> {
  return (await server.control("GET", "/v1/health/isolation")).json() as Isolation;
}

function pools(): number[] {
  return [...server.pids()].filter(([name]) => name.startsWith("pool")).map(([, pid]) => pid);
}

const readByAParser = `import { AsyncLocalStorage } from "node:async_hooks";
  export default { async fetch() { await null; return new Response(typeof AsyncLocalStorage); } };`;

test.runIf(whole)("pool processes are held by everything that there is, and hold nothing", async () => {
  server = await TestServer.start({ POOLS: 2 });
  await server.deploy("hello", "export default { fetch: () => new Response('hello') };");
  expect((await server.send("/fn/hello/")).text).toBe("hello");
  const users = new Set<string>();
  for (const pid of pools()) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    users.add(/^Uid:\t(\d+)/m.exec(status)?.[1] ?? "");
    for (const space of ["net", "pid", "ipc", "uts", "mnt"]) {
      expect(readlinkSync(`/proc/${pid}/ns/${space}`)).not.toBe(readlinkSync(`/proc/self/ns/${space}`));
    }
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain("ISLET_");
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    const files = open.filter((target) => target.startsWith("/") && target !== "/dev/null");
    // Of files only the blame record, and the sandbox's root, which Node opens; sockets and the like are no paths.
    expect(files.filter((target) => !target.endsWith(".blame (deleted)") && target !== "/")).toEqual([]);
  }
  expect(users.size).toBe(pools().length);
  expect(users.has("0")).toBe(false);
  await server.deploy("waits", readByAParser);
  expect((await server.send("/fn/waits/")).text).toBe("function");
  const { measures, parsers } = await isolation();
  expect(parsers.map(({ name }) => name)).toEqual(measures.map(({ name }) => name));
  expect(parsers.filter(({ name, inForce }) => !inForce && name !== "memoryCgroup")).toEqual([]);
  const missing = measures.filter(({ name, inForce }) => !inForce && name !== "memoryCgroup");
  expect(missing).toEqual([]);
});

test("confinement can be switched off, and that is told", async () => {
  server = await TestServer.start({ POOLS: 1, CONFINEMENT: "off" });
  await server.logs.find({ msg: /not fully confined: .*network \(confinement is off\)/ });
  await server.logs.find({ msg: /^processes that read uploads are not fully confined: .*\(confinement is off\)/ });
  await server.deploy("waits", readByAParser);
  const { confinement, measures, parsers } = await isolation();
  expect(confinement).toBe("off");
  for (const list of [measures, parsers]) {
    expect(list.filter(({ inForce }) => inForce).map(({ name }) => name)).toEqual(["memoryWatch"]);
  }
});

test("a pool process that holds too much memory is ended, and its function blamed", async () => {
  server = await TestServer.start({ POOLS: 1, POOL_MEMORY_MB: 400 });
  const memories =
    "globalThis.m ??= []; for (let i = 0; i < 8; i++) { const b = new WebAssembly.Memory({ initial: 1024 }); new Uint8Array(b.buffer).fill(1); m.push(b); }";
  await server.deploy(
    "hog",
    `export default { async fetch() { ${memories} await new Promise((r) => setTimeout(r, 10000)); } };`,
    {
      limits: { cpuMs: 5_000, memoryMb: 512 },
    },
  );
  const answer = server.send("/fn/hog/", { method: "POST" });
  const death = await server.logs.find({ reason: "memory_limit" });
  expect(String(death.version)).toMatch(/^hog@/);
  expect(await answer).toMatchObject({ status: 503, code: "function_memory_limit" });
});
