import { readFileSync } from "node:fs";
import { controlPath, functionFolder, takeRequests, wantedConnections } from "../link/connections.ts";
import { ControlLine, type LoadProblem } from "../link/control-line.ts";
import { relayEgress } from "../link/egress-relay.ts";
import { type ModuleType, serveModules } from "./bundle-modules.ts";
import { logRequests, stackOf } from "./request-log.ts";
import { type Handler, serveRequests } from "./requests.ts";

/*
 * Runs a module worker under Node in a container. It has no network: it connects to the front that asked for
 * it, by sockets that are mounted, once for control and once for each request that it takes at a time.
 */

interface Description {
  readonly main: string;
  readonly types: Readonly<Record<string, ModuleType>>;
  readonly env: unknown;
}

const control = new ControlLine(controlPath);
logRequests(control);
await relayEgress();
const { main, types, env } = JSON.parse(readFileSync(`${functionFolder}/function.json`, "utf8")) as Description;
const urlOf = serveModules(`${functionFolder}/modules`, new Map(Object.entries(types)));
const handler = await load();
if (handler) {
  takeRequests(serveRequests(handler, env, control), wantedConnections());
  control.ready();
}

async function load(): Promise<Handler | null> {
  let loaded: { default?: unknown };
  try {
    loaded = (await import(urlOf(main))) as typeof loaded;
  } catch (error) {
    control.failed(problemOf(error), error instanceof Error ? error.message : String(error), stackOf(error));
    return null;
  }
  const exported = loaded.default as Partial<Handler> | null | undefined;
  if (typeof exported?.fetch === "function") return exported as Handler;
  control.failed("no_handler", "The main module's default export has no fetch method.", "");
  return null;
}

function problemOf(error: unknown): LoadProblem {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNKNOWN_BUILTIN_MODULE") return "missing";
  return error instanceof SyntaxError ? "syntax" : "threw";
}
