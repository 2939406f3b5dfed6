import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Timers } from "../timers.ts";

/** Above the limit of the watch, which is to come first: it names the death. */
const marginMb = 256;

const retryMs = 20;
const attempts = 100;

/** Where cgroups of pool processes can be made. */
export interface CgroupParent {
  readonly path: string;
  readonly version: 1 | 2;
}

/** A memory cgroup for one process and its launchers. */
export class MemoryCgroup {
  readonly path: string;
  readonly #version: 1 | 2;

  /**
   * @param name unique in this process: there may be more servers than one in it.
   * @throws Error of the file system when it cannot be made.
   */
  constructor(parent: CgroupParent, name: string, limitMb: number) {
    this.path = join(parent.path, `islet-${process.pid}-${name}`);
    this.#version = parent.version;
    mkdirSync(this.path);
    const bytes = String((limitMb + marginMb) * 1024 * 1024);
    try {
      writeFileSync(join(this.path, this.#version === 1 ? "memory.limit_in_bytes" : "memory.max"), bytes);
    } catch (error) {
      rmdirSync(this.path);
      throw error;
    }
  }

  /** Whether the kernel ended a process of it for its memory. */
  get killed(): boolean {
    const file = this.#version === 1 ? "memory.oom_control" : "memory.events";
    const count = /^oom_kill (\d+)$/m.exec(readFileSync(join(this.path, file), "utf8"))?.[1] ?? "0";
    return Number(count) > 0;
  }

  /** Removes it as soon as its last process is gone, which may be a moment after its launcher. */
  async remove(timers: Timers): Promise<void> {
    for (let attempt = 1; !this.#removed() && attempt < attempts; attempt++) {
      await new Promise<void>((resolve) => timers.after(retryMs, resolve));
    }
  }

  #removed(): boolean {
    try {
      rmdirSync(this.path);
      return true;
    } catch (error) {
      return !(error instanceof Error && "code" in error && error.code === "EBUSY");
    }
  }
}

/**
 * Finds a cgroup to make others in and tries it: the one given, or the one that this process is in.
 * Removes what killed servers left there. A text says why there is none.
 */
export function findCgroupParent(given: string | null): CgroupParent | string {
  const parent = given === null ? ownCgroup() : atPath(given);
  if (typeof parent === "string") return parent;
  try {
    sweep(parent.path);
    const trial = new MemoryCgroup(parent, `trial-${randomUUID()}`, 64);
    rmdirSync(trial.path);
    return parent;
  } catch (error) {
    return `${parent.path} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function ownCgroup(): CgroupParent | string {
  const lines = readOrEmpty("/proc/self/cgroup").split("\n");
  const mounts = readOrEmpty("/proc/self/mountinfo").split("\n");
  const first = lines.find((line) => line.split(":")[1]?.split(",").includes("memory"));
  const version = first === undefined ? 2 : 1;
  const own = (first ?? lines.find((line) => line.startsWith("0::")))?.split(":").slice(2).join(":");
  const mount = mounts.find((line) =>
    version === 1 ? / - cgroup .*\bmemory\b/.test(line) : line.includes(" - cgroup2 "),
  );
  const [root, at] = mount?.split(" ").slice(3, 5) ?? [];
  if (own === undefined || root === undefined || at === undefined) return "no memory controller is mounted";
  // In a container the mount may begin somewhere down the tree.
  const path = join(at, root !== "/" && own.startsWith(root) ? own.slice(root.length) : own);
  return version === 1 ? { path, version } : atPath(path);
}

function atPath(path: string): CgroupParent | string {
  const children = readOrEmpty(join(path, "cgroup.subtree_control")).trim().split(" ");
  if (children.includes("memory")) return { path, version: 2 };
  if (readOrEmpty(join(path, "memory.limit_in_bytes")) !== "") return { path, version: 1 };
  return `${path} hands no memory controller down; name one that does with poolCgroup`;
}

/** A server that was killed could not remove its cgroups. Those with processes in them stay: the kernel says no. */
function sweep(path: string): void {
  for (const name of readdirSync(path)) {
    const pid = /^islet-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || readOrEmpty(`/proc/${pid}/stat`) !== "") continue;
    try {
      rmdirSync(join(path, name));
    } catch {
      // In use after all.
    }
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
