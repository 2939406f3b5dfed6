import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = "/sys/fs/cgroup";

interface Kind {
  /** Of a line of /proc/<pid>/cgroup: "6:freezer:/docker/1a2b". */
  readonly controllers: string;
  readonly mount: string;
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
}

const kinds: readonly Kind[] = [
  { controllers: "freezer", mount: join(root, "freezer"), file: "freezer.state", frozen: "FROZEN", thawed: "THAWED" },
  { controllers: "", mount: root, file: "cgroup.freeze", frozen: "1", thawed: "0" },
];

/**
 * Pauses a container by its cgroup, which takes a fraction of the time that the engine takes for it. The engine does
 * not know of it: what is frozen is to be thawed before it is removed.
 */
export class Freezer {
  readonly #path: string;
  readonly #kind: Kind;

  private constructor(path: string, kind: Kind) {
    this.#path = path;
    this.#kind = kind;
  }

  /**
   * @param pid of the container's first process, as the engine tells it.
   * @returns null where this process may not, or where the engine's view of the machine is another.
   */
  static of(container: string, pid: number): Freezer | null {
    if (pid <= 0) return null;
    try {
      const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
      for (const kind of kinds) {
        const line = lines.map((one) => one.split(":")).find(([, controllers]) => controllers === kind.controllers);
        const folder = line?.slice(2).join(":");
        // Never one that others are in: its name is the container's.
        if (folder === undefined || !folder.includes(container)) continue;
        const path = join(kind.mount, folder);
        if (!readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").includes(String(pid))) continue;
        accessSync(join(path, kind.file), constants.W_OK);
        return new Freezer(join(path, kind.file), kind);
      }
    } catch (error) {
      // Gone meanwhile, not ours to write, or of another machine: then the engine does it.
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    return null;
  }

  /** @throws Error of the file system when the container is gone. */
  freeze(): void {
    writeFileSync(this.#path, this.#kind.frozen);
  }

  /** @throws as freeze() */
  thaw(): void {
    writeFileSync(this.#path, this.#kind.thawed);
  }
}
