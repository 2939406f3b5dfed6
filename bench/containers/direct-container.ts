import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Engine } from "../../src/container/engine.ts";
import { instanceSettings } from "../../src/container/instance-settings.ts";
import { planRunner } from "../../src/container/runner-plan.ts";
import { Workshop } from "../../src/container/workshop.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { scratchFolder } from "../clean-up.ts";
import { type BenchFunction, functionSource, type Peer, type RunningPeer } from "../peer.ts";
import { processTree } from "../process-tree.ts";
import { EngineCalls } from "./engine-calls.ts";

const port = 8080;
const startMs = 20_000;

/** The image, the limits and the runner of Islet's containers, asked by the client itself over the bridge network. */
export function directContainer(dockerHost: string): Peer {
  return {
    name: "container",
    start: async ([fn]) => (fn ? startDirect(dockerHost, fn) : Promise.reject(new Error("it runs one function"))),
  };
}

interface RunningContainer extends RunningPeer {
  /** From the call that makes the container to the first byte of its answer. */
  readonly firstByteMs: number;
}

/** What is made once for all containers of a function that are started by hand. */
export async function prepareDirect(dockerHost: string, fn: BenchFunction): Promise<() => Promise<RunningContainer>> {
  const folder = scratchFolder();
  const [engine, calls] = [new Engine(dockerHost), new EngineCalls(dockerHost)];
  await mkdir(join(folder, "run"));
  await build({
    entryPoints: [fileURLToPath(new URL("../servers/runner-over-tcp.ts", import.meta.url))],
    outfile: join(folder, "runner", "main.mjs"),
    ...{ bundle: true, platform: "node", format: "esm", target: "node24", logLevel: "silent" },
  });
  const bytes = new TextEncoder().encode(functionSource(fn));
  const limits = defaultLimits;
  const modules = [{ name: "index.js", type: "esm" as const, bytes }];
  const bundle = { main: "index.js", modules, env: {}, limits };
  const workshop = new Workshop({
    dockerHost,
    dataDir: folder,
    runDirectory: folder,
    onOrphans: () => undefined,
    onOrphanLeft: () => undefined,
    isKept: () => true,
    sandbox: "off",
    builds: { memoryMb: 512, cpus: 1, timeMs: 60_000, diskMb: 1_024, network: "none" },
    official: { node: "", python: "" },
  });
  const plan = await planRunner(bundle, join(folder, "function"), workshop, engine, {
    name: "container",
    versionId: "bench",
  });
  const settings = instanceSettings({
    ...{ id: "bench", server: "bench", fn: { name: "container", versionId: "bench", limits } },
    plan: { ...plan, mounts: new Map([["/islet/runner", join(folder, "runner")]]) },
    ...{ directory: folder, user: "60500:60500", concurrency: 1, cpus: 1 },
    surroundings: await workshop.surroundings(engine),
  }) as { Env: string[]; HostConfig: object };
  const reachable = {
    ...settings,
    NetworkDisabled: false,
    Env: [...settings.Env, `PORT=${port}`],
    HostConfig: { ...settings.HostConfig, NetworkMode: "bridge" },
  };

  return async () => {
    const startedAt = performance.now();
    const id = await engine.create(`islet-bench-${process.pid}-${Math.round(startedAt)}`, reachable);
    await engine.start(id);
    const { State, NetworkSettings } = await calls.inspect(id);
    const url = `http://${NetworkSettings.IPAddress}:${port}/`;
    await answers(url);
    return {
      name: "container",
      firstByteMs: performance.now() - startedAt,
      url: () => url,
      pids: () => processTree(State.Pid),
      stop: () => engine.remove(id),
    };
  };
}

async function startDirect(dockerHost: string, fn: BenchFunction): Promise<RunningPeer> {
  return (await prepareDirect(dockerHost, fn))();
}

async function answers(url: string): Promise<void> {
  const giveUp = AbortSignal.timeout(startMs);
  for (;;) {
    try {
      const answer = await fetch(url, { signal: giveUp });
      await answer.arrayBuffer();
      return;
    } catch (error) {
      giveUp.throwIfAborted();
      // Not listening yet.
      if (!(error instanceof TypeError)) throw error;
      await delay(2);
    }
  }
}
