import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { createControlApi } from "../../src/control/api.ts";
import type { Change, ControlDeps } from "../../src/control/deps.ts";
import { systemClock } from "../../src/core/clock.ts";
import { defaultLimits, defaultMaxLimits } from "../../src/core/limits.ts";
import { SqliteStore } from "../../src/store/sqlite.ts";

export const token = "a-token-for-tests";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

/** The control API on a port of its own, over a store in a directory of its own. */
export interface ControlServer extends AsyncDisposable {
  readonly origin: string;
  readonly dataDir: string;
  readonly store: SqliteStore;
  /** What was brought to the fronts, in order. */
  readonly published: Change[];
  readonly logged: LogLine[];
  /** A call with the token. */
  call(method: string, path: string, body?: RequestInit["body"], headers?: Record<string, string>): Promise<Response>;
  /** Deploys one module. */
  put(name: string, source: string): Promise<Response>;
  /** Deploys several, with a manifest. */
  putParts(name: string, modules: Readonly<Record<string, string | Blob>>, manifest?: unknown): Promise<Response>;
}

export const hello = "export default { fetch: () => new Response('hello') };";

export async function startControl(changed: Partial<ControlDeps> = {}): Promise<ControlServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "islet-control-"));
  const store = await SqliteStore.open(dataDir, { flush: false });
  const published: Change[] = [];
  const logged: LogLine[] = [];
  const log = (level: LogLine["level"]) => (fields: object, message: string) => logged.push({ level, fields, message });
  const app = createControlApi({
    store,
    check: async () => null,
    // Of what is uploaded here nothing names async_hooks.
    parse: () => Promise.reject(new Error("there is no parser")),
    pinned: async (program) => program,
    settled: () => undefined,
    removed: () => undefined,
    publish: async (change) => {
      published.push(change);
    },
    urlsOf: (fn) => [`http://${fn.name}.localhost/`, ...fn.routes],
    trustOf: () => ({
      ...{ state: "trusted", sinceMs: null, untilMs: null, breaches: 0, reasons: [] },
      group: "shared",
    }),
    placementOf: async (fn) => ({ group: fn.group, instances: [], fronts: [], missing: [] }),
    token,
    limits: {
      default: defaultLimits,
      max: defaultMaxLimits,
      containerMemory: { default: 512, max: 2_048 },
      scaling: { maxInstances: 8, concurrency: 10 },
    },
    uploadBytes: 10 * 1024 * 1024,
    logger: { info: log("info"), warn: log("warn"), error: log("error") },
    clock: systemClock,
    health: () => ({ ready: true, summary: "1 front and 2 pools are up" }),
    isolation: () => ({ isolation: "shared", confinement: "auto", measures: [], parsers: [] }),
    metrics: async () => "islet_up 1\n",
    ...changed,
  });
  const server = await listen(app.fetch);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call: ControlServer["call"] = (method, path, body, headers) =>
    fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body, duplex: "half" }),
    });
  return {
    origin,
    dataDir,
    store,
    published,
    logged,
    call,
    put: (name, source) => call("PUT", `/v1/functions/${name}`, source, { "content-type": "text/javascript" }),
    putParts: (name, modules, manifest) => {
      const form = new FormData();
      if (manifest !== undefined)
        form.append("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
      for (const [module, content] of Object.entries(modules))
        form.append(module, typeof content === "string" ? new Blob([content]) : content, module);
      return call("PUT", `/v1/functions/${name}`, form);
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((done) => {
        server.close(() => done());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await changed.store?.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<ServerType> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(server));
  });
}

/** The error of an answer, after looking at its form. */
export async function errorOf(response: Response): Promise<{ status: number } & Record<string, unknown>> {
  const body = (await response.json()) as { error: Record<string, unknown> };
  if (response.headers.get("x-request-id") !== body.error.requestId) throw new Error("the request ids differ");
  return { status: response.status, ...body.error };
}
