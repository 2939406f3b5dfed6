import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Child } from "../child.ts";
import { scratchFolder } from "../clean-up.ts";
import { type BenchFunction, functionSource, type Peer, type RunningPeer } from "../peer.ts";

const startMs = 30_000;
const callMs = 30_000;
const cli = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface RunningIslet extends RunningPeer {
  readonly controlUrl: string;
  /** Uploads one ES module; resolves when it is live. Rejects when the control API refuses it. */
  deploy(functionName: string, source: string): Promise<void>;
}

export interface IsletOptions {
  readonly pools?: number;
  /** Undefined leaves the default. */
  readonly preparedIsolates?: number | undefined;
}

/** Islet as its user starts it, with one front process and, unless said otherwise, one pool process. */
export const islet: Peer = { name: "Islet", start: (functions) => startIslet(functions) };

export async function startIslet(
  functions: readonly BenchFunction[],
  { pools = 1, preparedIsolates }: IsletOptions = {},
): Promise<RunningIslet> {
  const dataDir = scratchFolder();
  const [port, controlPort] = await freePorts();
  const token = randomBytes(16).toString("hex");
  const child = new Child(process.execPath, [cli, "serve"], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: dataDir,
    env: {
      ...process.env,
      NODE_ENV: "production",
      ISLET_DATA_DIR: dataDir,
      ISLET_HOST: "127.0.0.1",
      ISLET_PORT: `${port}`,
      ISLET_CONTROL_PORT: `${controlPort}`,
      ISLET_TOKEN: token,
      ISLET_FRONTS: "1",
      ISLET_POOLS: `${pools}`,
      // The peers write no line a request either.
      ISLET_LOG_LEVEL: "warn",
      ...(preparedIsolates !== undefined && { ISLET_PREPARED_ISOLATES: `${preparedIsolates}` }),
    },
  });
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  const running: RunningIslet = {
    name: islet.name,
    controlUrl,
    url: (functionName) => `http://127.0.0.1:${port}/fn/${functionName}/`,
    pids: () => child.pids(),
    async deploy(functionName, source) {
      const answer = await fetch(`${controlUrl}/v1/functions/${functionName}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${token}`, "content-type": "text/javascript" },
        body: source,
        signal: AbortSignal.timeout(callMs),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`deploying ${functionName} gave ${answer.status}: ${text}`);
    },
    stop: () => child.stop(),
  };
  try {
    await child.until(ready(controlUrl), startMs);
    for (const fn of functions) await running.deploy(fn.name, functionSource(fn));
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
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
