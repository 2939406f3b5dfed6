import type { LiveFunction } from "../core/deployment.ts";
import { imageLabel } from "./base-images.ts";
import { egressPort } from "./egress-env.ts";
import { instanceLabel, serverLabel, versionLabel } from "./labels.ts";
import type { RunnerPlan } from "./runner-plan.ts";

const mebibyte = 1024 * 1024;
/** For the interpreter and the runner, beside what the function may use. */
const runtimeMemoryMb = 64;

/** What a container takes of the machine's memory at most, in MiB. */
export function memoryWith(functionMb: number): number {
  return functionMb + runtimeMemoryMb;
}

const mostProcesses = 128;
const mostFiles = 1_024;
const temporaryMb = 64;

/** What the engine runs containers with. */
export interface Surroundings {
  /** Undefined: the engine's own. */
  readonly runtime: string | undefined;
  /**
   * A process of the engine's is the container's first and reaps orphans; else they stay as zombies until the
   * container ends, and count as processes.
   */
  readonly init: boolean;
}

export interface InstanceSettings {
  readonly id: string;
  readonly server: string;
  readonly fn: Pick<LiveFunction, "name" | "versionId" | "limits">;
  readonly plan: RunnerPlan;
  /** Of this machine: with `run` and `function` in it. */
  readonly directory: string;
  readonly user: string;
  readonly concurrency: number;
  readonly surroundings: Surroundings;
  readonly cpus: number;
}

/** The body of the engine's /containers/create. */
export function instanceSettings(settings: InstanceSettings): object {
  const { id, server, fn, plan, directory, user, concurrency, cpus, surroundings } = settings;
  const memory = memoryWith(fn.limits.memoryMb) * mebibyte;
  const mount = (Source: string, Target: string) => ({ Type: "bind", Source, Target, ReadOnly: true });
  return {
    Image: plan.image,
    Entrypoint: plan.command,
    Cmd: [],
    WorkingDir: "/tmp",
    // An image's own would be one more process of the function's, again and again.
    Healthcheck: { Test: ["NONE"] },
    User: user,
    Env: [
      ...["HOME=/tmp", "LANG=C.UTF-8", "TZ=UTC", `ISLET_CONNECTIONS=${concurrency}`],
      `ISLET_EGRESS_PORT=${egressPort}`,
      // Behind ours: of two variables of one name the first counts.
      ...plan.env,
    ],
    Labels: {
      [serverLabel]: server,
      [instanceLabel]: id,
      "islet.function": fn.name,
      [versionLabel]: fn.versionId,
      [imageLabel]: plan.kind,
    },
    NetworkDisabled: true,
    HostConfig: {
      ...(surroundings.runtime !== undefined && { Runtime: surroundings.runtime }),
      Init: surroundings.init,
      NetworkMode: "none",
      Memory: memory,
      // No swap beside it.
      MemorySwap: memory,
      NanoCpus: cpus * 1_000_000_000,
      PidsLimit: mostProcesses,
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,mode=1777,size=${temporaryMb}m` },
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      IpcMode: "private",
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "nofile", Soft: mostFiles, Hard: mostFiles },
      ],
      // The first to go when the machine itself runs out.
      OomScoreAdj: 500,
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      Mounts: [
        mount(`${directory}/run`, "/run/islet"),
        mount(`${directory}/function`, "/islet/function"),
        ...[...plan.mounts].map(([target, source]) => mount(source, target)),
        // Else the engine would make volumes of the host's disk of them.
        ...plan.writable.map((path) => ({
          ...{ Type: "tmpfs", Target: path },
          TmpfsOptions: { SizeBytes: temporaryMb * mebibyte, Mode: 0o1777 },
        })),
      ],
    },
  };
}
