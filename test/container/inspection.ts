import { readFileSync } from "node:fs";
import { Pool, request } from "undici";
import { socketPathOf } from "../../src/container/endpoint.ts";
import { Engine } from "../../src/container/engine.ts";

/** What the engine says of a container, as far as tests look at it. */
export interface Inspected {
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Mounts: readonly { readonly RW: boolean }[];
  readonly State: { readonly Pid: number; readonly Paused: boolean };
}

/** All containers with a label, as `docker inspect` would show them. */
export async function inspectAll(dockerHost: string, label: string): Promise<Inspected[]> {
  const engine = new Engine(dockerHost);
  const dispatcher = new Pool("http://engine", { socketPath: socketPathOf(dockerHost) });
  try {
    const ids = await engine.labelled(label);
    const answers = ids.map(async (id) =>
      (await request(`http://engine/containers/${id}/json`, { dispatcher })).body.json(),
    );
    return (await Promise.all(answers)) as Inspected[];
  } finally {
    await engine.close();
    await dispatcher.close();
  }
}

/** Whether it runs no code now, by the engine's doing or by its cgroup. */
export function isPaused({ State }: Inspected): boolean {
  if (State.Paused) return true;
  const lines = readFileSync(`/proc/${State.Pid}/cgroup`, "utf8").split("\n");
  const folder = lines.find((line) => line.includes(":freezer:"))?.split(":")[2];
  const state = folder === undefined ? unifiedState(lines) : `/sys/fs/cgroup/freezer${folder}/freezer.state`;
  return ["FROZEN", "1"].includes(readFileSync(state, "utf8").trim());
}

function unifiedState(lines: readonly string[]): string {
  const folder = lines.find((line) => line.startsWith("0::"))?.slice(3);
  return `/sys/fs/cgroup${folder}/cgroup.freeze`;
}

export async function labelsOf(dockerHost: string, label: string): Promise<Readonly<Record<string, string>>[]> {
  return (await inspectAll(dockerHost, label)).map(({ Config }) => Config.Labels);
}
