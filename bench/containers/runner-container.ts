import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Engine } from "../../src/container/engine.ts";
import { instanceSettings } from "../../src/container/instance-settings.ts";
import { planRunner } from "../../src/container/runner-plan.ts";
import { Workshop } from "../../src/container/workshop.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { scratchFolder } from "../clean-up.ts";
import { type BenchFunction, functionSource } from "../peer.ts";

/** The body of the engine's /containers/create, as far as the bench changes it. */
export interface CreateSettings {
  readonly NetworkDisabled: boolean;
  readonly Env: readonly string[];
  readonly HostConfig: { readonly NetworkMode: string; readonly Mounts: readonly object[] };
}

export interface RunnerContainer {
  readonly engine: Engine;
  readonly folder: string;
  /** What Islet's own container of the function would be made with, but for the runner's main file. */
  readonly settings: CreateSettings;
}

/** The image, the limits and the runner of Islet's containers, which listens for clients itself. */
export async function runnerContainer(dockerHost: string, fn: BenchFunction): Promise<RunnerContainer> {
  const folder = scratchFolder();
  const engine = new Engine(dockerHost);
  await mkdir(join(folder, "run"));
  await build({
    entryPoints: [fileURLToPath(new URL("../servers/listening-runner.ts", import.meta.url))],
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
  const names = { name: "container", versionId: "bench" };
  const plan = await planRunner(bundle, join(folder, "function"), workshop, engine, names);
  const settings = instanceSettings({
    ...{ id: "bench", server: "bench", fn: { ...names, limits } },
    plan: { ...plan, mounts: new Map([["/islet/runner", join(folder, "runner")]]) },
    ...{ directory: folder, user: "60500:60500", concurrency: 1, cpus: 1 },
    surroundings: await workshop.surroundings(engine),
  }) as CreateSettings;
  await workshop.close();
  return { engine, folder, settings };
}
