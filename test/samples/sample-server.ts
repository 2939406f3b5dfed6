import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch, type RequestInit, type Response } from "undici";
import { loadConfig } from "../../src/config.ts";
import { runSupervisor } from "../../src/processes/supervisor.ts";

/** A server with all samples deployed. */
export interface SampleServer extends AsyncDisposable {
  readonly controlUrl: string;
  readonly token: string;
  /** Calls a sample by the host name that the READMEs use. */
  call(sample: string, target: string, init?: RequestInit): Promise<Response>;
}

export async function startSamples(): Promise<SampleServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "islet-test-"));
  // One pool process, so that what a sample keeps in its isolate is there for the next request.
  const flags = {
    dataDir,
    host: "127.0.0.1",
    port: "0",
    controlPort: "0",
    logLevel: "silent",
    fronts: "1",
    pools: "1",
    // What the proxy sample's test fetches from.
    egressAllow: "127.0.0.1",
    // Those in containers have tests of their own.
    dockerHost: "unix:///nowhere",
  };
  const server = await runSupervisor(loadConfig({ flags, env: {}, cwd: dataDir }), { samples: true });
  // curl and browsers know that names under localhost are this machine; getaddrinfo() need not.
  const agent = new Agent({
    connect: { lookup: (_name, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]) },
  });
  return {
    controlUrl: server.controlUrl,
    token: server.token,
    call: (sample, target, init) =>
      fetch(`http://${sample}.localhost:${server.port}${target}`, { ...init, dispatcher: agent }),
    async [Symbol.asyncDispose]() {
      await agent.close();
      await server.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** The contents of the code blocks of a sample's README, in order. */
export function readmeBlocks(sample: string): string[] {
  const path = new URL(`../../samples/${sample}/README.md`, import.meta.url);
  const blocks = readFileSync(path, "utf8").matchAll(/^```\w*\n(.*?)^```$/gms);
  return [...blocks].map((match) => match[1] ?? "");
}
