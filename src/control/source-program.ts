import { z } from "zod";
import type { BundleModule, Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { handlingModule } from "./handler.ts";

export interface SourceManifest {
  readonly protocol?: Program["protocol"] | undefined;
  readonly handler?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly port?: number | undefined;
}

const usualPort = 8_080;
/** A runtime that the upload brings itself. */
const customRuntime = "bootstrap";
const azureHost = z.object({
  customHandler: z.object({
    description: z.object({ defaultExecutablePath: z.string().min(1), arguments: z.array(z.string()).default([]) }),
  }),
});

/**
 * The program that an upload without an image is: a function that was written for another provider, or a server
 * that is started by a command. Null: it is written for Islet.
 *
 * @throws IsletError invalid_manifest.
 */
export function sourceProgramOf(manifest: SourceManifest, modules: readonly BundleModule[]): Program | null {
  const { protocol, handler, command, port = usualPort } = manifest;
  switch (protocol ?? impliedBy(manifest, modules)) {
    case "lambda":
      return lambdaOf(handler, modules, port);
    case "azure":
      return azureOf(modules, port);
    case "http":
      if (command === undefined) throw invalid("command: must be given for a program without an image");
      if (handler !== undefined) throw invalid("handler: is not for programs, which command starts");
      return { protocol: "http", image: { from: "base", language: languageOf(command) }, command, port };
    default:
      return null;
  }
}

/** What shows without being said. Python that takes exactly (event, context), or any JavaScript, is of Lambda. */
function impliedBy(
  { handler, command }: SourceManifest,
  modules: readonly BundleModule[],
): Program["protocol"] | undefined {
  if (command !== undefined) return "http";
  if (handler === undefined) return undefined;
  const python = pythonFile(handler, modules);
  if (python === undefined) return scriptOf(handler, modules) === undefined ? undefined : "lambda";
  const name = handler.slice(handler.lastIndexOf(".") + 1);
  const signature = new RegExp(
    String.raw`^def\s+${name}\s*\(\s*event\s*(?::[^,()]+)?,\s*context\s*(?::[^,()]+)?,?\s*\)`,
    "m",
  );
  return signature.test(Buffer.from(python.bytes).toString()) ? "lambda" : undefined;
}

function lambdaOf(handler: string | undefined, modules: readonly BundleModule[], port: number): Program {
  const base = (language: "node" | "python") => ({ from: "base", language }) as const;
  if (modules.some(({ name }) => name === customRuntime)) {
    return { protocol: "lambda", image: base("node"), port, ...(handler !== undefined && { handler }) };
  }
  if (handler === undefined) throw invalid('handler: must be given for Lambda, such as "index.handler"');
  if (pythonFile(handler, modules)) return { protocol: "lambda", image: base("python"), port, handler };
  if (scriptOf(handler, modules)) return { protocol: "lambda", image: base("node"), port, handler };
  throw invalid(`handler: the module of ${handler} is not in the upload`);
}

function azureOf(modules: readonly BundleModule[], port: number): Program {
  const host = modules.find(({ name }) => name === "host.json");
  if (host === undefined) throw invalid("protocol: an app for Azure has a host.json, and the upload has none");
  const read = azureHost.safeParse(jsonOf(host));
  if (!read.success) {
    throw invalid("host.json: customHandler.description.defaultExecutablePath says what to start, and is not there");
  }
  const { defaultExecutablePath, arguments: more } = read.data.customHandler.description;
  const command = [defaultExecutablePath, ...more];
  return { protocol: "azure", image: { from: "base", language: languageOf(command) }, command, port };
}

function jsonOf({ name, bytes }: BundleModule): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString()
        .replace(/^\uFEFF/, ""),
    );
  } catch (error) {
    throw invalid(`${name}: is not valid JSON: ${(error as Error).message}`, error);
  }
}

/** The image that a command is started in. Node's is for all that is not Python. */
function languageOf([program = ""]: readonly string[]): "node" | "python" {
  return /^python\d?(?:\.\d+)?$/.test(program) ? "python" : "node";
}

function pythonFile(handler: string, modules: readonly BundleModule[]): BundleModule | undefined {
  const dotted = handler.replaceAll("/", ".");
  const file = handlingModule(dotted, (name) => modules.some((module) => module.name === name));
  return modules.find(({ name }) => name === file);
}

/** "src/app.api.get" is in src/app.js. */
function scriptOf(handler: string, modules: readonly BundleModule[]): BundleModule | undefined {
  const path = /^(?:.*\/)?[^/.]+/.exec(handler)?.[0];
  return modules.find(({ name }) => [".js", ".mjs", ".cjs"].some((extension) => name === `${path}${extension}`));
}

function invalid(message: string, cause?: unknown): IsletError {
  return new IsletError("invalid_manifest", message, { cause });
}
