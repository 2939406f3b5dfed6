import { existsSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { StartError } from "../../core/start-error.ts";
import type { Launch } from "../child.ts";
import type { RunDirectory } from "../run-directory.ts";
import type { Timers } from "../timers.ts";
import { Launcher } from "./launcher.ts";
import { describeMissing, type Measure, type MeasureName, measureNames, type Reasons } from "./measures.ts";
import { type CgroupParent, findCgroupParent, MemoryCgroup } from "./memory-cgroups.ts";
import { type Watched, watchMemory } from "./memory-watch.ts";
import { observe } from "./observed.ts";
import { type Machine, type Plan, plans, reasonsOf } from "./plan.ts";
import { probe } from "./probe.ts";
import { findTools, type Tools } from "./tools.ts";
import { UserIds } from "./user-ids.ts";

export type ConfinementMode = "auto" | "require" | "off";

/** What differs from one kind of confined process to another. */
export interface KindOptions {
  /** What one process may hold, in MiB. */
  readonly memoryMb: number;
  /** Options of Node and V8. */
  readonly flags: readonly string[];
  /** Files and directories that it may read. */
  readonly readable: readonly string[];
}

export interface ConfinementOptions extends KindOptions {
  readonly mode: ConfinementMode;
  /** The first of the user ids that pool processes get when the server is root. */
  readonly firstUid: number;
  /** A cgroup's directory, or null for the server's own. */
  readonly cgroup: string | null;
  readonly directory: RunDirectory;
  readonly timers: Timers;
  readonly beatMs: number;
  readonly tools?: Tools;
}

/** A process that was started with a launch. */
export interface Confined extends Watched {
  readonly id: string;
}

/** A launch that is made for one process. */
export interface Berth {
  readonly launch: Launch;
  /** Takes care of the process that was started with it, until it is dead. */
  attend(pool: Confined): void;
}

/** What the operating system and Node hold processes of one kind with, found out once by trying. */
export class Confinement {
  readonly #options: ConfinementOptions;
  readonly #launcher: Launcher;
  readonly #reasons: Reasons;
  readonly #cgroupParent: CgroupParent | null;
  readonly #uids: UserIds;
  readonly #cgroups = new Map<Confined, string>();
  readonly #removals = new Set<Promise<void>>();

  private constructor(parts: ConfinementParts) {
    this.#options = parts.options;
    this.#launcher = parts.launcher;
    this.#reasons = parts.reasons;
    this.#cgroupParent = parts.cgroupParent;
    this.#uids = parts.uids;
  }

  /** @throws StartError when a measure that is required cannot be put in force. */
  static async prepare(options: ConfinementOptions): Promise<Confinement> {
    const tools = options.mode === "off" ? { sh: null, bwrap: null, setpriv: null } : (options.tools ?? findTools());
    const machine: Machine = { tools, root: process.getuid?.() === 0 };
    const off = options.mode === "off" || process.platform !== "linux";
    const parent = off || tools.sh === null ? "no shell is installed" : findCgroupParent(options.cgroup);
    const { launcher, failures } = await choose(options, machine, off);
    const { plan } = launcher;
    const reasons: Reasons = reasonsOf(plan, machine, failures);
    if (typeof parent === "string") reasons.memoryCgroup = parent;
    if (tools.sh === null) reasons.oomScore = "no shell is installed";
    if (off) {
      const why = options.mode === "off" ? "confinement is off" : `there is none on ${process.platform}`;
      for (const name of measureNames) if (name !== "memoryWatch") reasons[name] = why;
    }
    if (process.platform !== "linux") reasons.memoryWatch = `there is none on ${process.platform}`;
    if (options.mode === "require") demand(measureNames.map((name) => planned(name, reasons)));
    const cgroupParent = typeof parent === "string" ? null : parent;
    return new Confinement({ options, launcher, reasons, cgroupParent, uids: new UserIds(options.firstUid) });
  }

  /** The same for processes of another kind: what holds these holds those. */
  ofKind(kind: KindOptions): Confinement {
    const [reasons, cgroupParent, uids] = [this.#reasons, this.#cgroupParent, this.#uids];
    const options = { ...this.#options, ...kind };
    return new Confinement({ options, launcher: this.#launcher.ofKind(kind, existsSync), reasons, cgroupParent, uids });
  }

  berth(id: string): Berth {
    const { directory, memoryMb, timers, beatMs } = this.#options;
    const uid = this.#launcher.plan.ownUser ? this.#uids.take() : null;
    const room = directory.makeRoom(id, uid);
    const cgroup =
      this.#cgroupParent && new MemoryCgroup(this.#cgroupParent, `${basename(directory.path)}-${id}`, memoryMb);
    const { opened, ...launch } = this.#launcher.launch({ uid, room, cgroup: cgroup?.path ?? null });
    return {
      launch: { ...launch, endedForMemory: () => cgroup?.killed ?? false },
      attend: (pool) => {
        opened();
        if (cgroup) this.#cgroups.set(pool, cgroup.path);
        void watchMemory(pool, { timers, everyMs: beatMs, limitMb: memoryMb });
        void pool.ready.then((ready) => ready && directory.closeRoom(id));
        void pool.dead.then(() => {
          this.#cgroups.delete(pool);
          if (uid !== null) this.#uids.release(uid);
          directory.removeRoom(id);
          if (cgroup) this.#remove(cgroup);
        });
      },
    };
  }

  /** Resolves when nothing is left of the dead processes; call it when all are. */
  async close(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /** What is to be in force for processes that are started now. */
  planned(): Measure[] {
    return measureNames.map((name) => planned(name, this.#reasons));
  }

  /** What is in force for all of these processes, by what the kernel says of each. */
  report(pools: readonly Confined[]): Measure[] {
    const seen = pools.flatMap((pool) => {
      const facts = pool.pid === undefined ? null : observe(pool.pid, this.#cgroups.get(pool) ?? null);
      return facts ? [{ id: pool.id, facts }] : [];
    });
    return measureNames.map((name) => {
      if (name === "memoryWatch") return planned(name, this.#reasons);
      const bare = seen.find(({ facts }) => !facts[name]);
      if (seen.length > 0 && !bare) return { name, inForce: true, why: null };
      const why = bare ? `${bare.id} runs without` : "no process is up";
      return { name, inForce: false, why: this.#reasons[name] ?? why };
    });
  }

  /** @throws StartError when what is required is not in force for these processes. */
  verify(pools: readonly Confined[]): Measure[] {
    const list = this.report(pools);
    if (this.#options.mode === "require") demand(list);
    return list;
  }

  #remove(cgroup: MemoryCgroup): void {
    const removal = cgroup.remove(this.#options.timers).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}

interface ConfinementParts {
  readonly options: ConfinementOptions;
  readonly launcher: Launcher;
  readonly reasons: Reasons;
  readonly cgroupParent: CgroupParent | null;
  readonly uids: UserIds;
}

function planned(name: MeasureName, reasons: Reasons): Measure {
  const why = reasons[name] ?? null;
  return { name, inForce: why === null, why };
}

function demand(list: readonly Measure[]): void {
  const missing = describeMissing(list);
  if (missing === "") return;
  throw new StartError(`confinement is required, and this cannot be put in force: ${missing}`);
}

/** The strictest plan that works here. */
async function choose(options: ConfinementOptions, machine: Machine, off: boolean) {
  const { directory, flags, readable } = options;
  const failures: [Plan, string][] = [];
  const candidates = off ? plans(machine).slice(-1) : plans(machine);
  for (const plan of candidates) {
    const launcher = new Launcher(
      { plan, tools: machine.tools, root: machine.root, flags, readable, runPath: directory.path },
      existsSync,
    );
    if (plan.ownUser && plan.bwrap === null) directory.letThrough();
    // The last one asks nothing of the machine.
    if (plan === candidates.at(-1)) return { launcher, failures };
    const uid = plan.ownUser ? options.firstUid : null;
    const room = directory.makeRoom("probe", uid);
    const { opened, ...launch } = launcher.launch({ uid, room, cgroup: null });
    const failure = await probe(launch, readable, room);
    opened();
    rmSync(room, { recursive: true });
    if (failure === null) return { launcher, failures };
    failures.push([plan, failure]);
  }
  throw new Error("there is always a last plan");
}
