import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe } from "vitest";
import { ContainerFleet } from "../../src/container/container-fleet.ts";
import { ContainerKeeper, type Owner } from "../../src/container/container-keeper.ts";
import { encodeBundle, versionId } from "../../src/core/bundle.ts";
import { containerGroup, type LiveFunction, type PoolGroup } from "../../src/core/deployment.ts";
import type { Executor } from "../../src/core/executor.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { WaitingQueue } from "../../src/scheduler/waiting-queue.ts";
import {
  contractFunctions,
  contractLimits,
  describeExecutor,
  type ExecutorUnderTest,
} from "../contract/executor-contract.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

describe.skipIf(dockerHost === null)("containers", () => {
  describeExecutor("a front's containers", start);
});

/** A keeper and a fleet as supervisor and front have them, with the messages between them handed over at once. */
async function start(): Promise<ExecutorUnderTest> {
  const runDirectory = await mkdtemp(join(tmpdir(), "islet-contract-"));
  const logger = pino({ level: "silent" });
  const bundles = new Map<string, Uint8Array>();
  const functions = new Map<string, LiveFunction>();
  for (const [name, source] of Object.entries(contractFunctions)) {
    const limits = { ...defaultLimits, ...contractLimits };
    const modules = [{ name: "index.js", type: "esm" as const, bytes: new TextEncoder().encode(source) }];
    const bundle = encodeBundle({ main: "index.js", modules, env: {}, limits });
    const id = versionId(bundle);
    bundles.set(id, bundle);
    const fn = { name, tenant: name, versionId: id, tier: "container" as const, routes: [], limits };
    functions.set(name, { ...fn, group: containerGroup(fn) });
  }
  const concurrency = 10;
  const keeper = new ContainerKeeper({
    ...{ dockerHost: String(dockerHost), dataDir: runDirectory, runDirectory, concurrency, logger },
    ...{
      cpus: 1,
      uid: 60_500,
      sandbox: "off" as const,
      instances: 20,
      room: { containers: 20, memoryMb: 20_000 },
      fallbackMemoryMb: 512,
    },
    builds: { memoryMb: 512, cpus: 1, diskMb: 64, timeMs: 60_000, network: "none" },
    official: { node: "", python: "" },
    versions: async () => new Set(functions.keys()),
    readBundle: async (id) => bundles.get(id) ?? Promise.reject(new Error(`no bundle ${id}`)),
  });
  const owner: Owner = {
    id: "front-test",
    send: (message) => {
      if (message.type === "instanceOver") fleet.over(message.id, message.end);
      if (message.type === "instanceThawed") fleet.thawed(message.id);
    },
  };
  const queue = new WaitingQueue(10_000);
  const ready = new Map<PoolGroup, readonly Executor[]>();
  const fleet = new ContainerFleet({
    settings: { directory: runDirectory, concurrency, instances: 1, pauseMs: 60_000, idleMs: 60_000 },
    onChange: (group, executors) => {
      ready.set(group, executors);
      scheduler.setContainers(group, executors);
    },
    onStarted: () => undefined,
    onAnswered: () => undefined,
    patienceMs: () => 0,
    onDecision: () => undefined,
    onRoom: (group) => scheduler.roomChanged(group),
    onRefused: (group, error) => scheduler.refuse(group, error),
    waitingFor: (group) => queue.waitingFor(group),
    ask: (request) => keeper.asked(owner, request),
    onEgress: (socket) => socket.destroy(),
    logger,
  });
  const scheduler = new Scheduler({
    queueMs: 30_000,
    queue,
    groupOf: ({ group }) => group,
    onWanted: (group, fn) => fleet.wanted(group, fn),
    fallback: { withinMs: 60_000, onOutcome: () => undefined },
  });
  const executor: Executor = {
    id: "containers",
    tier: "container",
    load: () => ({
      inFlight: [...ready.values()].flat().reduce((sum, one) => sum + one.load().inFlight, 0),
      others: 0,
      notBegun: 0,
      room: 1,
    }),
    execute: (invocation) => scheduler.execute(invocation),
  };
  return {
    executor,
    fn: (name) => functions.get(name) as LiveFunction,
    close: async () => {
      await keeper.close();
      await rm(runDirectory, { recursive: true, force: true });
    },
  };
}
