import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bubblewrapCommand, setprivCommand } from "../../src/supervisor/confinement/commands.ts";
import { Confinement, type ConfinementOptions } from "../../src/supervisor/confinement/confinement.ts";
import { plans, reasonsOf } from "../../src/supervisor/confinement/plan.ts";
import { seccompFilter } from "../../src/supervisor/confinement/seccomp/filter.ts";
import { findTools } from "../../src/supervisor/confinement/tools.ts";
import { UserIds } from "../../src/supervisor/confinement/user-ids.ts";
import { Parser, parserFlags, parserMemoryMb } from "../../src/supervisor/parser.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { systemTimers } from "../../src/supervisor/timers.ts";
import type { Targets } from "./fixtures/attempts.ts";

const root = process.getuid?.() === 0;
const tools = findTools();
const attacker = fileURLToPath(new URL("./fixtures/attacker.ts", import.meta.url));

let directory: RunDirectory;
beforeEach(() => {
  directory = new RunDirectory();
});
afterEach(() => directory.remove());

function options(more: Partial<ConfinementOptions> = {}): ConfinementOptions {
  return {
    mode: "auto",
    firstUid: 60_600,
    memoryMb: 1_024,
    cgroup: null,
    directory,
    flags: [],
    readable: [dirname(attacker)],
    timers: systemTimers,
    beatMs: 100,
    ...more,
  };
}

/** Gives an attacker something to go for; what came of it is JSON. */
async function withTargets(run: (targets: Targets) => Promise<string | null>): Promise<Record<string, string>> {
  const scratch = mkdtempSync(join(tmpdir(), "islet-secret-"));
  writeFileSync(join(scratch, "token"), "secret", { mode: 0o600 });
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const outcomes = await run({ secret: join(scratch, "token"), port, victim: process.pid });
  await new Promise((resolve) => server.close(resolve));
  rmSync(scratch, { recursive: true });
  return JSON.parse(String(outcomes)) as Record<string, string>;
}

/** What came of the attacks of a process that is launched as pool processes are. */
function attack(confinement: Confinement, withoutPermissions: boolean): Promise<Record<string, string>> {
  return withTargets((targets) => attackers(confinement, withoutPermissions, targets));
}

async function attackers(confinement: Confinement, withoutPermissions: boolean, targets: Targets): Promise<string> {
  const { launch, attend } = confinement.berth("pool-1");
  const flags = launch.flags.filter((flag) => !withoutPermissions || !/^--(permission|allow-)/.test(flag));
  const [program = "", ...before] = launch.command;
  const child = spawn(
    program,
    [...before, ...flags, attacker, targets.secret, String(targets.port), String(targets.victim)],
    { cwd: "/", env: {}, stdio: ["ignore", "pipe", "inherit", "ignore", "ignore", ...launch.fds] },
  );
  const dead = once(child, "close");
  attend({ id: "pool-1", pid: child.pid, ready: Promise.resolve(null), dead, kill: () => child.kill("SIGKILL") });
  const outcomes = await text(child.stdout as NodeJS.ReadableStream);
  await dead;
  await confinement.close();
  return outcomes;
}

const everything = [
  "readSecret",
  "readPasswd",
  "readEnvironment",
  "listHome",
  "writeTmp",
  "writeCode",
  "spawn",
  "kill",
  "connect",
];

describe("an attacker in a pool process", () => {
  test.runIf(tools.bwrap !== null && tools.setpriv !== null)(
    "gets nowhere, whether Node's permission model holds or not",
    async () => {
      const confinement = await Confinement.prepare(options());
      for (const withoutPermissions of [false, true]) {
        const outcomes = await attack(confinement, withoutPermissions);
        expect(Object.keys(outcomes)).toEqual(everything);
        for (const name of everything) expect(outcomes[name], `${name}, ${withoutPermissions}`).not.toBe("done");
      }
    },
  );

  test.runIf(root && tools.setpriv !== null)("without bubblewrap still reads no secret and hurts nobody", async () => {
    const confinement = await Confinement.prepare(options({ tools: { ...tools, bwrap: null } }));
    const outcomes = await attack(confinement, true);
    for (const name of ["readSecret", "readEnvironment", "listHome", "writeCode", "kill"]) {
      expect(outcomes[name], name).toMatch(/^E(ACCES|PERM)$/);
    }
  });
});

describe("what reads uploads", () => {
  const entry = fileURLToPath(new URL("./fixtures/parser.ts", import.meta.url));
  let parser: Parser;
  const start = async (more: Partial<ConfinementOptions> = {}, withinMs = 15_000) => {
    const pools = await Confinement.prepare(options(more));
    const confinement = pools.ofKind({ flags: parserFlags, memoryMb: parserMemoryMb, readable: [dirname(entry)] });
    parser = new Parser({ confinement, entry, makeEntry: async () => undefined, timers: systemTimers, withinMs });
    return pools;
  };
  const run = (order: object) => parser.run(JSON.stringify(order));
  const inForce = () => Object.fromEntries(parser.report().map((measure) => [measure.name, measure.inForce]));
  afterEach(() => parser.close());

  test.runIf(tools.bwrap !== null && tools.setpriv !== null)("gets nowhere in the hands of an attacker", async () => {
    await start();
    const outcomes = await withTargets((targets) => run({ do: "attack", ...targets }));
    expect(Object.keys(outcomes)).toEqual(everything);
    for (const name of everything) expect(outcomes[name], name).not.toBe("done");
    expect(inForce()).toMatchObject({ network: true, processes: true, files: true, seccomp: true, permissions: true });
  });

  test.runIf(root && tools.setpriv !== null)("without bubblewrap still reads no secret and hurts nobody", async () => {
    const pools = await start({ tools: { ...tools, bwrap: null } });
    const outcomes = await withTargets((targets) => run({ do: "attack", ...targets }));
    for (const name of ["readSecret", "readEnvironment", "listHome", "writeCode", "spawn", "kill"]) {
      expect(outcomes[name], name).toMatch(/^(EACCES|EPERM|ERR_ACCESS_DENIED)$/);
    }
    expect(inForce()).toMatchObject({ user: true, privileges: true, permissions: true, memoryWatch: true });
    // It is held by the same as pool processes, and lacks the same.
    expect(parser.report().filter(({ why }) => why)).toEqual(pools.planned().filter(({ why }) => why));
  });

  test("says what held the last of them, and before the first what is to hold it", async () => {
    await start({ mode: "off" });
    expect(inForce()).toMatchObject({ memoryWatch: true, user: false });
    expect(await run({ do: "echo" })).toBe(' {"do":"echo"}');
    expect(parser.report()).toContainEqual({ name: "user", inForce: false, why: "confinement is off" });
  });

  test("is ended when it takes too long or writes too much, and the next one runs", async () => {
    await start({}, 3_000);
    expect(await run({ do: "flood" })).toBe(null);
    expect(await run({ do: "exit" })).toBe(null);
    expect(await run({ do: "hang" })).toBe(null);
    expect(await run({ do: "echo" })).toBe(' {"do":"echo"}');
  });
});

describe("confinement", () => {
  test("that is required is refused where it cannot be had, by name", async () => {
    const bare = { sh: null, bwrap: null, setpriv: null };
    await expect(Confinement.prepare(options({ mode: "require", tools: bare }))).rejects.toThrow(
      /confinement is required, .*network \(bubblewrap \(bwrap\) is not installed\)/,
    );
  });

  test("takes the strictest plan first, and the last asks nothing of the machine", () => {
    const machine = { tools: { sh: "/bin/sh", bwrap: "/bwrap", setpriv: "/setpriv" }, root: true };
    const all = plans(machine);
    expect(all[0]).toEqual({ bwrap: "/bwrap", setpriv: "/setpriv", ownUser: true, permissions: true });
    expect(all.at(-1)).toEqual({ bwrap: null, setpriv: null, ownUser: false, permissions: false });
    const [first, second] = all;
    if (!first || !second) throw new Error("too few plans");
    expect(reasonsOf(first, machine, [])).toEqual(
      process.arch === "x64" || process.arch === "arm64" ? {} : expect.anything(),
    );
    expect(reasonsOf(second, machine, [[first, "no permission"]])).toMatchObject({
      network: "bubblewrap: no permission",
    });
    expect(reasonsOf(first, { ...machine, root: false }, [])).toEqual({});
  });

  test("commands name each measure", () => {
    expect(setprivCommand("/setpriv", 7).join(" ")).toBe(
      "/setpriv --reuid 7 --regid 7 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs --",
    );
    const mounts = [
      { from: "/a/b/c", to: "/a/b/c" },
      { from: "/a/b", to: "/a/b" },
    ];
    const command = bubblewrapCommand({ bwrap: "/bwrap", mounts, userNamespace: true, seccompFd: 5 }).join(" ");
    expect(command).toContain("--unshare-user --unshare-pid --unshare-net");
    // A directory above a mount is made first; one in a mount is there.
    expect(command).toContain("--perms 0755 --dir /a --proc /proc --ro-bind /a/b /a/b --ro-bind /a/b/c /a/b/c");
    expect(command).toMatch(/--seccomp 5 --$/);
  });

  test("gives each process a user id that no living one has", () => {
    const ids = new UserIds(100);
    expect([ids.take(), ids.take()]).toEqual([100, 101]);
    ids.release(100);
    expect([ids.take(), ids.take()]).toEqual([100, 102]);
  });
});

/** Runs a filter as the kernel would. */
function verdict(filter: Buffer, nr: number, arch: number, args: readonly number[] = []): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  for (const [i, value] of args.entries()) data.writeUInt32LE(value, 16 + 8 * i);
  let a = 0;
  for (let pc = 0; ; pc++) {
    const [code, yes, no, k] = [
      filter.readUInt16LE(pc * 8),
      filter.readUInt8(pc * 8 + 2),
      filter.readUInt8(pc * 8 + 3),
      filter.readUInt32LE(pc * 8 + 4),
    ];
    if (code === 0x20) a = data.readUInt32LE(k);
    else if (code === 0x06) return k;
    else pc += (code === 0x15 ? a === k : code === 0x35 ? a >= k : (a & k) !== 0) ? yes : no;
  }
}

describe("the filter of system calls", () => {
  const allow = 0x7fff_0000;
  const refused = 0x0005_0001;
  const absent = 0x0005_0026;
  const killed = 0x8000_0000;
  const arches = {
    x64: { audit: 0xc000_003e, read: 0, execve: 59, clone: 56, clone3: 435, socket: 41, ioctl: 16, ptrace: 101 },
    arm64: { audit: 0xc000_00b7, read: 63, execve: 221, clone: 220, clone3: 435, socket: 198, ioctl: 29, ptrace: 117 },
  } as const;

  test.each(Object.entries(arches))("of %s lets threads and unix sockets be, and not much else", (name, nr) => {
    const filter = seccompFilter(name as "x64" | "arm64");
    const of = (number: number, ...args: number[]) => verdict(filter, number, nr.audit, args);
    expect([of(nr.read), of(nr.execve)]).toEqual([allow, allow]);
    expect([of(nr.clone, 0x3d0f00), of(nr.clone, 0x1200011)]).toEqual([allow, refused]);
    expect(of(nr.clone3)).toBe(absent);
    expect([1, 2, 10, 16].map((family) => of(nr.socket, family))).toEqual([allow, refused, refused, refused]);
    expect([0x5401, 0x5412, 0x541c].map((request) => of(nr.ioctl, 1, request))).toEqual([allow, refused, refused]);
    expect(of(nr.ptrace)).toBe(refused);
    expect(verdict(filter, nr.read, 0x4000_0003)).toBe(killed);
    if (name === "x64") expect(of(0x4000_0000 + nr.ptrace)).toBe(absent);
  });
});
