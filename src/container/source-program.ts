import { join } from "node:path";
import type { Bundle, Program } from "../core/deployment.ts";
import type { BaseImage, Language } from "./base-images.ts";
import type { Engine, ImageDescription } from "./engine.ts";
import { runnerArguments } from "./function-directory.ts";
import { lambdaEnv, taskRoot } from "./lambda-env.ts";
import type { Workshop } from "./workshop.ts";

/** What a program stands on: an image, and what is mounted into it. */
export interface Foundation extends ImageDescription {
  /** Paths in the container, and the directories of this machine that are there. */
  readonly mounts: readonly (readonly [string, string])[];
  /** The command as it is started there. */
  readonly argvOf?: (command: readonly string[] | undefined) => readonly string[];
}

export interface SourceParts {
  readonly bundle: Bundle;
  readonly program: Program;
  /** Where the bundle is written. */
  readonly directory: string;
  readonly workshop: Workshop;
  readonly engine: Engine;
  readonly functionName: string;
}

/** Where programs expect what was uploaded with them. */
const folders: Record<Program["protocol"], string> = {
  http: "/app",
  lambda: taskRoot,
  azure: "/home/site/wwwroot",
};
const clientsAt = "/islet/lambda";

/** A program that was uploaded as files, in the base image of its language. */
export async function foundationOf(language: Language, parts: SourceParts): Promise<Foundation> {
  const { bundle, program, directory, workshop, engine, functionName } = parts;
  const image = await workshop.image(engine, language);
  const folder = folders[program.protocol];
  const files = [folder, join(directory, "modules")] as const;
  const has = (name: string) => bundle.modules.some((module) => module.name === name);
  const foundation = { id: image.name, argv: [], folder, volumes: [], mounts: [files] };
  if (program.protocol !== "lambda") {
    // Python writes what it has compiled beside its modules, where nothing can be written.
    const env = language === "python" ? ["PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"] : [];
    return { ...foundation, env, argvOf: (command = []) => located(command, image, folder, has) };
  }
  const env = lambdaEnv({ functionName, limits: bundle.limits, handler: program.handler });
  // A custom runtime brings its own client of the runtime API.
  if (has("bootstrap")) return { ...foundation, env, argv: [`${folder}/bootstrap`] };
  const runner = language === "node" ? "lambda-node" : "lambda-python";
  return {
    ...foundation,
    env: language === "python" ? [...env, `PYTHONPATH=${clientsAt}`, "PYTHONDONTWRITEBYTECODE=1"] : env,
    argv: [...image.command, ...heapFlags(language, bundle), ...runnerArguments[runner]],
    mounts: [files, [clientsAt, await workshop.runner(runner)]],
  };
}

/** The interpreter by whichever of its names, a file of the upload, or what is in the image's PATH. */
function located(
  [program = "", ...more]: readonly string[],
  image: BaseImage,
  folder: string,
  has: (name: string) => boolean,
): string[] {
  if (/^(?:node|python3?)$/.test(program)) return [...image.command, ...more];
  const file = program.replace(/^\.\//, "");
  return [has(file) ? join(folder, file) : program, ...more];
}

/** V8's own limit is higher than the container's, so that the kernel says what happened. */
function heapFlags(language: Language, { limits }: Bundle): string[] {
  return language === "node" ? [`--max-old-space-size=${limits.memoryMb + 128}`] : [];
}
