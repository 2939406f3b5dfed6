import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Child } from "../child.ts";
import { scratchFolder } from "../clean-up.ts";
import { type BenchFunction, functionSource, type Peer, type RunningPeer } from "../peer.ts";

const startMs = 30_000;
const callMs = 30_000;
const cli = fileURLToPath(new URL("../../bin/islet.js", import.meta.url));

export interface RunningIslet extends RunningPeer {
  readonly controlUrl: string;
  /** Uploads one ES module; resolves when it is live. Rejects when the control API refuses it. */
  deploy(functionName: string, source: string, manifest?: object): Promise<void>;
  /** What `GET /v1/functions/{name}/placement` answers. */
  placement(functionName: string): Promise<{ readonly fronts: readonly object[] }>;
}

export interface IsletOptions {
  /** In the report. */
  readonly name?: string;
  /** As in the environment, less "ISLET_": { POOLS: 2 }. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** A file that takes the log lines; without it their end is kept to be shown when the server does not start. */
  readonly logFd?: number | undefined;
}

/** Islet as its user starts it, with one front process and, unless said otherwise, one pool process. */
export const islet: Peer = { name: "Islet", start: (functions) => startIslet(functions) };

export async function startIslet(
  functions: readonly BenchFunction[],
  { name = islet.name, settings = {}, logFd }: IsletOptions = {},
): Promise<RunningIslet> {
  const dataDir = scratchFolder();
  const [port, controlPort] = await freePorts();
  const token = randomBytes(16).toString("hex");
  const child = new Child(process.execPath, [cli, "serve"], {
    stdio: ["ignore", logFd ?? "pipe", logFd ?? "pipe"],
    cwd: dataDir,
    env: {
      ...process.env,
      NODE_ENV: "production",
      ...environment({
        // What is measured is the isolate, whatever limits are hit.
        FALLBACK_AFTER: 0,
        ...{ DATA_DIR: dataDir, HOST: "127.0.0.1", PORT: port, CONTROL_PORT: controlPort, TOKEN: token },
        ...{ FRONTS: 1, POOLS: 1 },
        // The peers write no line a request either.
        LOG_LEVEL: "warn",
        ...settings,
      }),
    },
  });
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  const running: RunningIslet = {
    name,
    controlUrl,
    url: (functionName) => `http://127.0.0.1:${port}/fn/${functionName}/`,
    pids: () => child.pids(),
    async deploy(functionName, source, manifest) {
      const answer = await fetch(`${controlUrl}/v1/functions/${functionName}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${token}`, ...(!manifest && { "content-type": "text/javascript" }) },
        body: manifest ? withManifest(source, manifest) : source,
        signal: AbortSignal.timeout(callMs),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`deploying ${functionName} gave ${answer.status}: ${text}`);
    },
    async placement(functionName) {
      const answer = await fetch(`${controlUrl}/v1/functions/${functionName}/placement`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(callMs),
      });
      return (await answer.json()) as { fronts: object[] };
    },
    stop: () => child.stop(),
  };
  try {
    await child.until(ready(controlUrl), startMs);
    for (const fn of functions) {
      await running.deploy(fn.name, functionSource(fn), fn.limits && { limits: fn.limits });
    }
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function withManifest(source: string, manifest: object): FormData {
  const form = new FormData();
  form.set("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
  form.set("index.js", new Blob([source], { type: "text/javascript" }), "index.js");
  return form;
}

function environment(settings: Readonly<Record<string, string | number>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`ISLET_${name}`, `${value}`]));
}

/** Resolves when /readyz says so; gives up quietly after the start time, since the caller has by then. */
async function ready(controlUrl: string): Promise<void> {
  const giveUp = AbortSignal.timeout(startMs);
  while (!giveUp.aborted) {
    if (await answersOk(`${controlUrl}/readyz`)) return;
    await delay(50);
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false; // Not listening yet.
  }
}

/** Two ports that were free a moment ago. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address();
          resolve(typeof address === "object" && address !== null ? address.port : 0);
        });
      }),
  );
  const [first = 0, second = 0] = await Promise.all(ports);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return [first, second];
}
