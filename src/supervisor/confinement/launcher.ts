import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Launch } from "../child.ts";
import { bubblewrapCommand, setprivCommand, shellCommand } from "./commands.ts";
import { nodePermissions } from "./node-permissions.ts";
import type { Plan } from "./plan.ts";
import { seccompArch, seccompFilter } from "./seccomp/filter.ts";
import type { Tools } from "./tools.ts";

/** Behind stdio (0 to 2), the IPC channel (3) and the blame record (4); bubblewrap closes it before Node starts. */
const seccompFd = 5;

/** Where Node and isolated-vm find the system's libraries, and the loader. */
const libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];
/** Where glibc's malloc looks whether there are huge pages to ask for (see ../child-env.ts). */
const hugePages = "/sys/kernel/mm/transparent_hugepage";

export interface LauncherOptions {
  readonly plan: Plan;
  readonly tools: Tools;
  readonly root: boolean;
  /** Options of Node and V8. */
  readonly flags: readonly string[];
  /** Files and directories that the process may read. */
  readonly readable: readonly string[];
  /** A directory that only the server writes to. */
  readonly runPath: string;
}

export interface Place {
  readonly uid: number | null;
  /** The only directory that it may write to. */
  readonly room: string;
  readonly cgroup: string | null;
}

/** Turns a plan into the command that starts one process. */
export class Launcher {
  readonly plan: Plan;
  readonly #options: LauncherOptions;
  readonly #filterPath: string | null;
  /** Of the system, in a sandbox; not for Node's own code to read. */
  readonly #seen: readonly string[];

  /** @param exists whether a path is there, for those that not every system has. */
  constructor(options: LauncherOptions, exists: (path: string) => boolean) {
    this.plan = options.plan;
    const present = libraries.filter(exists);
    this.#seen = exists(hugePages) ? [hugePages] : [];
    this.#options = { ...options, readable: [...options.readable, ...(options.plan.bwrap ? present : [])] };
    const arch = seccompArch(process.arch);
    this.#filterPath = options.plan.bwrap !== null && arch !== null ? join(options.runPath, "seccomp") : null;
    if (this.#filterPath !== null && arch !== null)
      writeFileSync(this.#filterPath, seccompFilter(arch), { mode: 0o600 });
  }

  /** For processes with other flags, which read other files. */
  ofKind(kind: Pick<LauncherOptions, "flags" | "readable">, exists: (path: string) => boolean): Launcher {
    const { flags, readable } = kind;
    return new Launcher({ ...this.#options, flags, readable }, exists);
  }

  /** Opens what the process inherits; `opened` is called when it was started. */
  launch({ uid, room, cgroup }: Place): Launch & { readonly opened: () => void } {
    const { plan, tools, flags, root } = this.#options;
    const filter = this.#filterPath === null ? null : openSync(this.#filterPath, "r");
    const user = plan.ownUser ? uid : null;
    const command = [
      ...(tools.sh === null ? [] : shellCommand(tools.sh, cgroup)),
      ...(plan.bwrap === null ? [] : this.#sandbox(plan.bwrap, room, filter !== null)),
      ...(plan.setpriv === null || (plan.bwrap !== null && !root) ? [] : setprivCommand(plan.setpriv, user)),
      process.execPath,
    ];
    const permissions = plan.permissions ? nodePermissions(this.#options.readable, [room]) : [];
    return {
      command,
      flags: [...flags, ...permissions],
      env: {},
      cwd: "/",
      uid: plan.setpriv === null ? user : null,
      fds: filter === null ? [] : [filter],
      indirect: plan.bwrap !== null,
      opened: () => filter !== null && closeSync(filter),
    };
  }

  #sandbox(bwrap: string, room: string, filtered: boolean): string[] {
    const { readable, plan, root } = this.#options;
    const programs = root && plan.setpriv !== null ? [process.execPath, plan.setpriv] : [process.execPath];
    const mounts = [...readable, ...programs, ...this.#seen].map((path) => ({ from: path, to: path }));
    return bubblewrapCommand({
      bwrap,
      mounts: [...mounts, { from: room, to: room, writable: true }],
      userNamespace: !root,
      seccompFd: filtered ? seccompFd : null,
    });
  }
}
