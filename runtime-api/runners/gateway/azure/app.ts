import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type HttpRoute, routeOf } from "./route.ts";

/** A function of an app that HTTP requests lead to. */
export interface AzureFunction {
  readonly name: string;
  readonly route: HttpRoute;
  /** Of its trigger, under which the request's data goes to the handler: "req". */
  readonly trigger: string;
  /** Of its HTTP output, under which the answer comes back: "res", or "$return". */
  readonly output: string;
}

export interface AzureApp {
  /** The handler gets requests as they are, and its answers are passed on as they are. */
  readonly forwards: boolean;
  readonly functions: readonly AzureFunction[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a function app as it is laid out for Azure: host.json, and a folder with a function.json for each function
 * (Azure Functions documentation, "Azure Functions custom handlers").
 *
 * @throws Error, naming the file.
 */
export function readApp(folder: string): AzureApp {
  const host = read(folder, "host.json");
  const { enableForwardingHttpRequest, enableProxyingHttpRequest } = objectOf(host.customHandler);
  const { routePrefix = "api" } = objectOf(objectOf(host.extensions).http);
  const functions = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "function.json")))
    .map(({ name }) => readFunction(folder, name, String(routePrefix)))
    .filter((found) => found !== null);
  if (functions.length === 0) throw new Error("no folder has a function.json with an httpTrigger");
  return { forwards: enableForwardingHttpRequest === true || enableProxyingHttpRequest === true, functions };
}

/** Null: something else triggers it. */
function readFunction(folder: string, name: string, prefix: string): AzureFunction | null {
  const file = `${name}/function.json`;
  const { bindings, disabled } = read(folder, file);
  if (!Array.isArray(bindings)) throw new Error(`${file} has no bindings`);
  const all = bindings.map(objectOf);
  const trigger = all.find(({ type }) => String(type).toLowerCase() === "httptrigger");
  if (trigger === undefined || disabled === true) return null;
  const output = all.find(({ type, direction }) => String(type).toLowerCase() === "http" && direction === "out");
  const methods = Array.isArray(trigger.methods) ? trigger.methods.map((method) => String(method).toUpperCase()) : null;
  const route = [prefix, typeof trigger.route === "string" ? trigger.route : name].filter((part) => part !== "");
  return {
    name,
    route: routeOf(route.join("/"), methods),
    trigger: String(trigger.name ?? "req"),
    output: String(output?.name ?? "$return"),
  };
}

function read(folder: string, file: string): Json {
  try {
    return objectOf(JSON.parse(readFileSync(join(folder, file), "utf8").replace(/^\uFEFF/, "")));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
