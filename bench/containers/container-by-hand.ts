import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BenchFunction } from "../peer.ts";
import { firstAnswer } from "./first-answer.ts";
import { runnerContainer } from "./runner-container.ts";

const socketsAt = "/run/bench";

/**
 * Makes ready what all containers of a function need, and gives what starts one and tells how long that took, from the
 * call that makes the container to the first byte of its answer. As Islet's it has no network: it listens at a socket
 * in a folder that is mounted.
 */
export async function prepareByHand(dockerHost: string, fn: BenchFunction): Promise<() => Promise<number>> {
  const { engine, folder, settings } = await runnerContainer(dockerHost, fn);
  let started = 0;
  return async () => {
    const name = `islet-bench-${process.pid}-${++started}`;
    const sockets = join(folder, name);
    await mkdir(sockets);
    // Whoever runs in the container listens there.
    await chmod(sockets, 0o777);
    const mount = { Type: "bind", Source: sockets, Target: socketsAt };
    const startedAt = performance.now();
    const id = await engine.create(name, {
      ...settings,
      Env: [...settings.Env, `LISTEN=${socketsAt}/http`],
      HostConfig: { ...settings.HostConfig, Mounts: [...settings.HostConfig.Mounts, mount] },
    });
    await engine.start(id);
    await firstAnswer({ socketPath: join(sockets, "http") });
    const firstByteMs = performance.now() - startedAt;
    await engine.remove(id);
    return firstByteMs;
  };
}
