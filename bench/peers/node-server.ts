import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Child } from "../child.ts";
import type { BenchFunction, Peer, RunningPeer } from "../peer.ts";

const startMs = 10_000;

/** A peer that is one Node process: a file of bench/servers, which sends its port when it listens. */
export function nodeServer(name: string, file: string): Peer {
  return {
    name,
    async start(functions: readonly BenchFunction[]): Promise<RunningPeer> {
      const script = fileURLToPath(new URL(`../servers/${file}`, import.meta.url));
      const child = new Child(process.execPath, [script], {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        env: { ...process.env, NODE_ENV: "production", BENCH_FUNCTIONS: JSON.stringify(functions) },
      });
      const [port] = await child.until(once(child.process, "message"), startMs);
      return {
        name,
        url: (functionName) => `http://127.0.0.1:${port}/fn/${functionName}/`,
        pids: () => child.pids(),
        stop: () => child.stop(),
      };
    },
  };
}
