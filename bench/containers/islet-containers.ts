import type { BenchFunction, Peer } from "../peer.ts";
import { functionSource } from "../peer.ts";
import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import { processTree } from "../process-tree.ts";
import { EngineCalls } from "./engine-calls.ts";

export const dockerHost = process.env.DOCKER_HOST || "unix:///var/run/docker.sock";

export interface RunningContainers extends RunningIslet {
  /** Process ids of a function's containers, as the machine sees them. */
  containersOf(functionName: string): Promise<number[]>;
}

/** Islet with functions in containers, none of which runs yet. */
export async function startContainers(
  functions: readonly BenchFunction[],
  settings: Readonly<Record<string, string | number>>,
): Promise<RunningContainers> {
  const calls = new EngineCalls(dockerHost);
  const running = await startIslet([], { settings: { DOCKER_HOST: dockerHost, ...settings } });
  try {
    for (const fn of functions) await running.deploy(fn.name, functionSource(fn), { tier: "container" });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    ...running,
    containersOf: async (name) => {
      const containers = await calls.containersOf(name);
      const states = await Promise.all(containers.map(({ Id }) => calls.inspect(Id)));
      return states.flatMap(({ State }) => (State.Running ? [State.Pid] : []));
    },
    stop: async () => {
      await running.stop();
      await calls.close();
    },
  };
}

/** Islet with one warm container that takes as many requests at a time as a round sends. */
export const isletContainer: Peer = {
  name: islet.name,
  async start(functions) {
    const running = await startContainers(functions, { CONTAINERS_PER_VERSION: 1, CONTAINER_CONCURRENCY: 32 });
    const warm = functions.map(async ({ name }) => (await fetch(running.url(name))).arrayBuffer());
    await Promise.all(warm);
    const roots = (await Promise.all(functions.map(({ name }) => running.containersOf(name)))).flat();
    return { ...running, pids: () => [...running.pids(), ...roots.flatMap(processTree)] };
  },
};
