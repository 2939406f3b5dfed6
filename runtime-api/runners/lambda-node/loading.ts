import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ReportedError, reported } from "./reported-error.ts";

export type Handler = (...args: unknown[]) => unknown;

/** There is no handler to be had, and how the runtime API is told so. */
export class NotLoaded extends Error {
  readonly report: ReportedError;

  constructor(report: ReportedError, options?: ErrorOptions) {
    super(report.errorMessage, options);
    this.report = report;
  }
}

const extensions = ["", ".js", ".mjs", ".cjs"];

/**
 * Finds a handler such as "index.handler" or "src/app.api.get": a file, and what it exports.
 * @throws NotLoaded
 */
export async function load(root: string, name: string): Promise<Handler> {
  const [, path, exported] = /^((?:.*\/)?[^/.]+)\.(.+)$/.exec(name) ?? [];
  if (path === undefined || exported === undefined) {
    throw problem("Runtime.MalformedHandlerName", `Bad handler ${JSON.stringify(name)}`);
  }
  const file = extensions.map((extension) => join(root, path + extension)).find((candidate) => existsSync(candidate));
  if (file === undefined) throw problem("Runtime.ImportModuleError", `Cannot find module '${path}'`);
  const module = await loaded(file);
  const handler = exported.split(".").reduce<unknown>((found, key) => (found as Properties)?.[key], module);
  if (handler === undefined) throw problem("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw problem("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler as Handler;
}

type Properties = Record<string, unknown> | undefined;

async function loaded(file: string): Promise<unknown> {
  try {
    return await evaluated(file);
  } catch (error) {
    throw new NotLoaded(reported(error, typeOf(error)), { cause: error });
  }
}

async function evaluated(file: string): Promise<unknown> {
  try {
    // What a CommonJS module exports, even where that cannot be read off its source; and an ES module's namespace.
    return createRequire(file)(file);
  } catch (error) {
    // An ES module that waits at its top level can only be imported.
    if (codeOf(error) !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    return import(pathToFileURL(file).href);
  }
}

function typeOf(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return "Runtime.UserCodeSyntaxError";
  const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(codeOf(error));
  return missing ? "Runtime.ImportModuleError" : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function problem(type: string, message: string): NotLoaded {
  return new NotLoaded({ errorType: type, errorMessage: message, stackTrace: [] });
}
