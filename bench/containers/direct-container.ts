import type { BenchFunction, Peer, RunningPeer } from "../peer.ts";
import { processTree } from "../process-tree.ts";
import { EngineCalls } from "./engine-calls.ts";
import { firstAnswer } from "./first-answer.ts";
import { runnerContainer } from "./runner-container.ts";

const port = 8080;

/** The image, the limits and the runner of Islet's containers, asked by the client itself over the bridge network. */
export function directContainer(dockerHost: string): Peer {
  return {
    name: "container",
    start: async ([fn]) => (fn ? startDirect(dockerHost, fn) : Promise.reject(new Error("it runs one function"))),
  };
}

async function startDirect(dockerHost: string, fn: BenchFunction): Promise<RunningPeer> {
  const { engine, settings } = await runnerContainer(dockerHost, fn);
  const calls = new EngineCalls(dockerHost);
  const id = await engine.create(`islet-bench-${process.pid}`, {
    ...settings,
    NetworkDisabled: false,
    Env: [...settings.Env, `LISTEN=${port}`],
    HostConfig: { ...settings.HostConfig, NetworkMode: "bridge" },
  });
  await engine.start(id);
  const { State, NetworkSettings } = await calls.inspect(id);
  await firstAnswer({ host: NetworkSettings.IPAddress, port });
  return {
    name: "container",
    url: () => `http://${NetworkSettings.IPAddress}:${port}/`,
    pids: () => processTree(State.Pid),
    stop: async () => {
      await engine.remove(id);
      await Promise.all([engine.close(), calls.close()]);
    },
  };
}
