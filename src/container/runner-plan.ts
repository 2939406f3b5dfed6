import type { Bundle, LiveFunction } from "../core/deployment.ts";
import type { Language } from "./base-images.ts";
import { egressEnv } from "./egress-env.ts";
import type { Engine } from "./engine.ts";
import { runnerArguments, runnerOf, writeFunction } from "./function-directory.ts";
import { planProgram } from "./program-plan.ts";
import type { Workshop } from "./workshop.ts";

/** For V8, beyond its old space: its limit is higher than the container's, so that the kernel says what happened. */
const beyondMb = 128;

/** How a container is to run a bundle. */
export interface RunnerPlan {
  /** Name or id of an image that the engine has. */
  readonly image: string;
  /** What the image is for. */
  readonly kind: string;
  /** Of the runner; it takes the place of what the image would start. */
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** Directories of this machine by their paths in the container, where they can be read. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Further paths that can be written to. What is written there counts as memory. */
  readonly writable: readonly string[];
}

/** @param directory is made, with the function as its runner finds it. */
export async function planRunner(
  bundle: Bundle,
  directory: string,
  workshop: Workshop,
  engine: Engine,
  fn: Pick<LiveFunction, "name" | "versionId">,
): Promise<RunnerPlan> {
  if (bundle.program) return planProgram(bundle, bundle.program, directory, workshop, engine, fn);
  const language = runnerOf(bundle) as Language;
  const [image, runner] = await Promise.all([
    workshop.image(engine, language),
    workshop.runner(language),
    writeFunction(bundle, directory),
  ]);
  return {
    ...{ image: image.name, kind: language, writable: [] },
    command: [...image.command, ...interpreterFlags(language, bundle), ...runnerArguments[language]],
    env: [
      ...Object.entries(egressEnv).map(([name, value]) => `${name}=${value}`),
      ...(language === "python" ? ["PYTHONPATH=/islet/runner", "PYTHONDONTWRITEBYTECODE=1"] : []),
    ],
    mounts: new Map([["/islet/runner", runner]]),
  };
}

function interpreterFlags(language: Language, { limits }: Bundle): string[] {
  return language === "node" ? [`--max-old-space-size=${limits.memoryMb + beyondMb}`] : [];
}
