import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { expect, test } from "vitest";
import { encodeBundle, versionId } from "../../src/core/bundle.ts";
import type { LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import type { FromPool, ToPool } from "../../src/core/messages.ts";
import { OwnAddresses } from "../../src/core/own-addresses.ts";
import { FunctionEgress } from "../../src/egress/function-egress.ts";
import { buildRuntimeSource } from "../../src/isolate/runtime-source.ts";
import { PoolLink } from "../../src/pool/pool-link.ts";
import { overSocket } from "../../src/pool/socket-connection.ts";
import type { Open } from "../../src/pool/wire/connection.ts";
import { maxFrameBytes } from "../../src/pool/wire/frames.ts";
import { createLocalPool } from "../../src/processes/local-pool.ts";
import { contractFunctions, contractLimits, describeExecutor, type ExecutorUnderTest } from "./executor-contract.ts";
import { TestInvocation } from "./test-invocation.ts";

const poolMain = fileURLToPath(new URL("../../src/processes/pool.ts", import.meta.url));
const runtime = buildRuntimeSource();

describeExecutor("a pool process", start);
describeExecutor("a pool in the front's own process", startLocal);

test("a bundle that cannot be read or sent harms nobody else", async () => {
  const subject = await start();
  try {
    const run = (fn: LiveFunction) => subject.executor.execute(new TestInvocation(fn));
    const others = { missing: undefined, broken: new Uint8Array(100), enormous: new Uint8Array(maxFrameBytes) };
    for (const [name, bytes] of Object.entries(others)) {
      const versionId = name.padEnd(64, "0");
      if (bytes) subject.bundles.set(versionId, bytes);
      const fn = { ...subject.fn("hello"), name, versionId };
      const answers = await Promise.allSettled([run(subject.fn("hello")), run(fn), run(fn), run(subject.fn("hello"))]);
      expect(answers).toMatchObject([
        { value: { status: 201 } },
        { reason: { code: "internal" } },
        { reason: { code: "internal" } },
        { value: { status: 201 } },
      ]);
    }
  } finally {
    await subject.close();
  }
});

/** A real pool process, and a link to it as a front has one. */
async function start(): Promise<ExecutorUnderTest & { bundles: Map<string, Uint8Array> }> {
  const directory = mkdtempSync(join(tmpdir(), "islet-contract-"));
  const socketPath = join(directory, "pool.sock");
  const blame = openSync(join(directory, "blame"), "w");
  const child = fork(poolMain, ["pool-test"], {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc", blame],
  });
  const start: ToPool = {
    type: "start",
    settings: {
      id: "pool-test",
      socketPath,
      runtimeSource: await runtime,
      warmMemoryMb: 128,
      preparedIsolates: 1,
      preparedMemoryMb: 128,
      logLevel: "silent",
    },
  };
  child.send(start);
  const [message] = (await once(child, "message")) as [FromPool];
  if (message.type !== "ready") throw new Error(`the pool process said ${message.type} first`);

  return linkTo(overSocket(socketPath), async () => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    closeSync(blame);
    rmSync(directory, { recursive: true, force: true });
  });
}

/** The same code in this process, as a front has it with isolation none. */
async function startLocal(): Promise<ExecutorUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), "islet-contract-"));
  const notesFd = openSync(join(directory, "blame"), "w");
  const settings = { runtimeSource: await runtime, warmMemoryMb: 256, preparedIsolates: 2, preparedMemoryMb: 128 };
  const onUnclean = (reason: string) => {
    throw new Error(reason);
  };
  const logger = pino({ level: "silent" });
  const pool = createLocalPool({ id: "pool-test", settings, logger, notesFd, onUnclean });
  return linkTo(pool.open, () => {
    pool.close();
    closeSync(notesFd);
    rmSync(directory, { recursive: true, force: true });
  });
}

/** A link with the contract's functions behind it. `end` is called when it is closed. */
function linkTo(open: Open, end: () => void | Promise<void>): ExecutorUnderTest & { bundles: Map<string, Uint8Array> } {
  const bundles = new Map<string, Uint8Array>();
  const functions = new Map<string, LiveFunction>();
  for (const [name, source] of Object.entries(contractFunctions)) {
    const limits = { ...defaultLimits, ...contractLimits };
    const bundle = encodeBundle({
      main: "index.js",
      modules: [{ name: "index.js", type: "esm", bytes: new TextEncoder().encode(source) }],
      env: {},
      limits,
    });
    const id = versionId(bundle);
    bundles.set(id, bundle);
    functions.set(name, { name, tenant: "default", group: "shared", versionId: id, routes: [], limits });
  }
  const egress = new FunctionEgress({ operator: { allow: ["127.0.0.0/8"], deny: [] }, own: new OwnAddresses(0) });
  const closed = Promise.withResolvers<void>();
  const link = new PoolLink({
    id: "pool-test",
    open,
    concurrency: 500,
    egress,
    onBegun: () => undefined,
    onForged: (problem) => {
      throw new Error(`the pool process was taken for a forger: ${problem}`);
    },
    bundleAtHand: () => undefined,
    onBundleFailure: () => undefined,
    readBundle: async ({ versionId: id }) => bundles.get(id) ?? Promise.reject(new Error(`no bundle ${id}`)),
    verdict: async () => null,
    onWarmth: () => undefined,
    onClose: () => closed.resolve(),
  });
  return {
    bundles,
    executor: link,
    fn: (name) => functions.get(name) as LiveFunction,
    close: async () => {
      link.close();
      await closed.promise;
      await end();
      await egress.close();
    },
  };
}
