import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { decodeBundle } from "../core/bundle.ts";
import { type Bundle, containerGroup, type LiveFunction, type Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { CheckProblem, InstanceEnd, InstanceRequest, ToFront } from "../core/messages.ts";
import { checkInContainer } from "./container-check.ts";
import type { ContainerLogger } from "./container-logger.ts";
import { type EngineRefusal, EngineUnreachable } from "./engine-errors.ts";
import { EngineWatch } from "./engine-watch.ts";
import type { BuildLimits } from "./image-builds.ts";
import { admission, type RoomLimits, type RoomTaken } from "./instance-room.ts";
import { memoryWith } from "./instance-settings.ts";
import { KeptContainer, type KeptParts } from "./kept-container.ts";
import type { OfficialImages } from "./official-image.ts";
import { pinnedImage } from "./pinned-image.ts";
import type { SandboxMode } from "./sandbox-runtime.ts";
import { concurrencyOf, mostInstancesOf } from "./scaling.ts";
import { failureOf } from "./start-failure.ts";
import { Workshop } from "./workshop.ts";

/** Whose an instance is. */
export interface Owner {
  readonly id: string;
  send(message: Extract<ToFront, { type: `instance${string}` }>): void;
}

export interface KeeperParts {
  readonly dockerHost: string;
  readonly dataDir: string;
  readonly runDirectory: string;
  readonly concurrency: number;
  readonly cpus: number;
  /** User and group id in containers when the server is root; else they run as the server does. */
  readonly uid: number;
  /** What a function has at least whose manifest was made for an isolate, in MiB. */
  readonly fallbackMemoryMb: number;
  readonly builds: BuildLimits;
  readonly official: OfficialImages;
  /** Ids of the versions that there are. */
  readonly versions: () => Promise<ReadonlySet<string>>;
  readonly sandbox: SandboxMode;
  /** Containers of one version at a time. */
  readonly instances: number;
  /** Containers at a time, whoever's they are, and what they may take together. */
  readonly room: RoomLimits;
  /** A version's bundle, encoded. */
  readonly readBundle: (versionId: string) => Promise<Uint8Array>;
  readonly logger: ContainerLogger;
  /** How long a start waits for an engine that is being restarted. */
  readonly patienceMs?: number;
}

interface Wanted {
  readonly owner: Owner;
  readonly id: string;
  readonly directory: string;
  readonly fn: LiveFunction;
}

interface Kept {
  readonly owner: Owner;
  readonly container: KeptContainer;
}

/** A little less than requests wait for the start. */
const usualPatienceMs = 4_000;
const againMs = 250;

/** Makes, pauses, thaws and removes the containers that fronts ask for: the one that talks with the engine. */
export class ContainerKeeper {
  readonly #parts: KeeperParts;
  readonly #workshop: Workshop;
  readonly #kept = new Map<string, Kept>();
  /** What takes room: also what is on its way out, until it is gone. */
  readonly #taken = new Map<string, RoomTaken>();
  /** Those for which there is no room yet, in their order. */
  readonly #parked = new Map<string, Wanted>();
  readonly #checking = new Set<string>();
  readonly #removals = new Set<Promise<unknown>>();
  readonly #watch: EngineWatch;
  /** Those of whose starts one has failed for want of an engine. */
  readonly #withoutEngine = new Map<string, Owner>();
  #pruning: Promise<void> = Promise.resolve();
  /** Some image could not be removed while a container had it. */
  #imagesLeft = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    const { dockerHost, dataDir, runDirectory, logger } = parts;
    const onOrphans = (count: number) => logger.warn({ count }, "removed containers that an earlier run had left");
    const isKept = (id: string) => this.#taken.has(id) || this.#checking.has(id);
    const { builds, official, sandbox } = parts;
    const onOrphanLeft = (error: EngineRefusal) => {
      logger.warn({ err: error }, "a container that nobody needs could not be removed");
      this.#watch.refused();
    };
    this.#workshop = new Workshop({
      ...{ dockerHost, dataDir, runDirectory, builds, official, sandbox, onOrphans, onOrphanLeft, isKept },
    });
    this.#watch = new EngineWatch({
      look: () => {
        this.#workshop.engineLost();
        return this.#workshop.engine();
      },
      onBack: () => {
        for (const owner of this.#withoutEngine.values()) owner.send({ type: "instanceEngineBack" });
        this.#withoutEngine.clear();
      },
    });
  }

  /** Removes what an earlier run has left. A machine without an engine has nothing. */
  async removeOrphans(): Promise<void> {
    try {
      await this.#workshop.engine();
      this.#pruneImages();
    } catch (error) {
      this.#parts.logger.debug({ err: error }, "no container engine: functions that need one are refused");
    }
  }

  /** What a front says. */
  asked(owner: Owner, request: InstanceRequest): void {
    if (request.type === "instanceWanted") {
      const { id, directory, fn } = request;
      this.#admitOrPark({ owner, id, directory, fn });
      return;
    }
    const parked = this.#parked.get(request.id);
    if (parked?.owner.id === owner.id) {
      if (request.type === "instanceEnd") this.#unpark(parked);
      return;
    }
    const kept = this.#kept.get(request.id);
    if (kept?.owner.id !== owner.id) return;
    switch (request.type) {
      case "instancePause":
        this.#trying(request.id, kept.container.pause(), "it could not be paused");
        this.#pausedSince(request.id, performance.now());
        this.#admitParked();
        return;
      case "instanceThaw":
        this.#pausedSince(request.id, null);
        kept.container.thaw().then(
          () => owner.send({ type: "instanceThawed", id: request.id }),
          (error: unknown) => {
            this.#parts.logger.warn({ container: request.id, err: error }, "it could not be thawed");
            // Requests wait for it: another can be started for them.
            this.#over(request.id, { kind: "failed", code: "container_lost", message: "the container stays paused" });
          },
        );
        return;
      case "instanceEnd":
        this.#over(request.id, { kind: "failed", code: "container_lost", message: "the container was removed" });
        return;
    }
  }

  /** A front is gone, and what it had with it. */
  ownerDied(owner: string): void {
    this.#withoutEngine.delete(owner);
    for (const { id, directory, owner: its } of [...this.#parked.values()]) {
      if (its.id !== owner) continue;
      this.#parked.delete(id);
      this.#removeDirectory(id, directory);
    }
    for (const [id, kept] of [...this.#kept]) if (kept.owner.id === owner) this.#remove(id, kept);
  }

  /**
   * Loads a bundle in a container that serves nobody. Null: nothing is wrong with it.
   * @param onLine is told of what a build says.
   * @throws IsletError containers_unavailable, container_failed, build_failed.
   */
  async check(fn: KeptParts["fn"], bundle: Bundle, onLine: (line: string) => void): Promise<CheckProblem | null> {
    const { builds } = this.#workshop;
    try {
      if (bundle.program?.image.from === "dockerfile") {
        builds.keep(fn.versionId);
        await builds.image(await this.#workshop.engine(), fn.versionId, bundle, onLine);
      }
      return await this.#checkLoading(fn, bundle);
    } catch (error) {
      if (error instanceof IsletError) throw error;
      this.#parts.logger.error({ function: fn.name, err: error }, "an upload could not be checked in a container");
      throw failureOf(error);
    }
  }

  /** The store has the version that was checked by now, or will not have it. */
  settled(versionId: string): void {
    this.#workshop.builds.release(versionId);
    this.#pruneImages();
  }

  /** A function has gone from the store. */
  forgotten(): void {
    this.#pruneImages();
  }

  async #checkLoading(fn: KeptParts["fn"], bundle: Bundle): Promise<CheckProblem | null> {
    // Not the same as one that another server on this engine has now, or has left behind.
    const id = `check-${randomBytes(9).toString("hex")}`;
    this.#checking.add(id);
    try {
      return await checkInContainer({
        ...{ id, bundle, limits: fn.limits, runDirectory: this.#parts.runDirectory },
        container: (more) => this.#container({ ...more, id, fn, concurrency: 1 }),
        onNotRemoved: (error) => this.#notRemoved(id, error),
      });
    } finally {
      this.#checking.delete(id);
    }
  }

  /** What was built for versions that are no more goes too. */
  #pruneImages(): void {
    this.#pruning = this.#pruning.then(async () => {
      try {
        await Promise.allSettled(this.#removals);
        const [engine, versions] = await Promise.all([this.#workshop.engine(), this.#parts.versions()]);
        this.#imagesLeft = await this.#workshop.builds.prune(engine, (version) => versions.has(version));
      } catch (error) {
        const level = error instanceof EngineUnreachable ? "debug" : "warn";
        this.#parts.logger[level]({ err: error }, "images that nobody needs could not be removed");
      }
    });
  }

  /**
   * A program with the image that its name means now.
   * @throws IsletError image_not_found, containers_unavailable.
   */
  async pinned(program: Program): Promise<Program> {
    try {
      return await pinnedImage(await this.#workshop.engine(), program);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#parked.clear();
    for (const [id, kept] of [...this.#kept]) this.#remove(id, kept);
    await Promise.allSettled([...this.#removals, this.#pruning]);
    await this.#workshop.close();
  }

  #admitOrPark(wanted: Wanted): void {
    if (this.#admit(wanted)) return;
    this.#parked.set(wanted.id, wanted);
    wanted.owner.send({ type: "instanceParked", id: wanted.id });
  }

  #admitParked(): void {
    for (const wanted of [...this.#parked.values()]) {
      if (this.#admit(wanted)) this.#parked.delete(wanted.id);
    }
  }

  /** Starts it, or asks those to go who stand in its way. */
  #admit(wanted: Wanted): boolean {
    const { owner, id, fn } = wanted;
    const { instances, room } = this.#parts;
    const memoryMb = memoryWith(this.#memoryFor(fn));
    const takes = { id, owner: owner.id, group: containerGroup(fn), memoryMb };
    const admitted = admission(takes, mostInstancesOf(fn, instances), [...this.#taken.values()], room);
    if (admitted.kind === "after") {
      for (const other of admitted.ids) {
        this.#kept.get(other)?.owner.send({ type: "instanceYield", id: other, busy: admitted.busy });
      }
    }
    if (admitted.kind !== "now") return false;
    this.#taken.set(id, { ...takes, pausedAtMs: null });
    void this.#start(wanted);
    return true;
  }

  #unpark({ owner, id, directory }: Wanted): void {
    this.#parked.delete(id);
    const end = { kind: "failed", code: "overloaded", message: "there was no room for a container" } as const;
    owner.send({ type: "instanceOver", id, end });
    this.#removeDirectory(id, directory);
  }

  #removeDirectory(id: string, directory: string): void {
    this.#trying(id, rm(directory, { recursive: true, force: true }), "its directory could not be removed");
  }

  #pausedSince(id: string, pausedAtMs: number | null): void {
    const taken = this.#taken.get(id);
    if (taken) this.#taken.set(id, { ...taken, pausedAtMs });
  }

  async #start({ owner, id, directory, fn }: Wanted): Promise<void> {
    const { logger, concurrency } = this.#parts;
    const names = { function: fn.name, version: fn.versionId, container: id };
    const container = this.#container({
      ...{ id, directory, fn, concurrency: concurrencyOf(fn, concurrency) },
      onOutput: (stream, text) =>
        logger[stream === "stdout" ? "info" : "error"]({ ...names, source: "function" }, text),
      onExit: (end) => {
        logger.warn({ ...names, end }, "a container has ended");
        this.#over(id, end);
      },
    });
    this.#kept.set(id, { owner, container });
    logger.debug(names, "starting a container");
    try {
      const bundle = decodeBundle(await this.#parts.readBundle(fn.versionId));
      await this.#patiently(id, () => container.start(bundle));
    } catch (error) {
      logger.error({ ...names, err: error }, "a container could not be started");
      const { code, message } = failureOf(error);
      if (error instanceof EngineUnreachable) {
        // Gone with its front meanwhile, nobody wants to know.
        if (this.#kept.has(id)) this.#withoutEngine.set(owner.id, owner);
        this.#watch.lost();
      }
      this.#over(id, { kind: "failed", code, message });
    }
  }

  /** Again and again while the engine does not answer: it may be on its way up, and requests wait for that. */
  async #patiently(id: string, work: () => Promise<void>): Promise<void> {
    const untilMs = performance.now() + (this.#parts.patienceMs ?? usualPatienceMs);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof EngineUnreachable)) throw error;
        this.#workshop.engineLost();
        if (performance.now() >= untilMs || !this.#kept.has(id)) throw error;
      }
      await delay(againMs);
    }
  }

  #container(parts: Omit<KeptParts, "workshop" | "user" | "cpus" | "onFault">): KeptContainer {
    const { cpus, uid, logger } = this.#parts;
    const { fn } = parts;
    const memoryMb = this.#memoryFor(fn);
    const own = process.getuid?.() ?? 0;
    return new KeptContainer({
      ...parts,
      fn: { ...fn, limits: { ...fn.limits, memoryMb } },
      ...{ cpus, workshop: this.#workshop },
      user: own === 0 ? `${uid}:${uid}` : `${own}:${process.getgid?.() ?? own}`,
      onFault: (error, what) => logger.warn({ container: parts.id, err: error }, what),
    });
  }

  #memoryFor(fn: KeptParts["fn"]): number {
    const fallbackMb = fn.fallback
      ? Math.min(this.#parts.fallbackMemoryMb, fn.mostMemoryMb ?? Number.POSITIVE_INFINITY)
      : 0;
    return Math.max(fn.limits.memoryMb, fallbackMb);
  }

  #over(id: string, end: InstanceEnd): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    kept.owner.send({ type: "instanceOver", id, end });
    this.#remove(id, kept);
  }

  #remove(id: string, { container }: Kept): void {
    this.#kept.delete(id);
    const removed = container.remove();
    this.#removals.add(removed);
    const gone = () => {
      this.#removals.delete(removed);
      this.#taken.delete(id);
      this.#admitParked();
      if (this.#imagesLeft) this.#pruneImages();
    };
    removed.then(gone, (error: unknown) => {
      gone();
      this.#notRemoved(id, error);
    });
  }

  /** What could not be removed is none of ours any more: the engine's next answer ends it. */
  #notRemoved(id: string, error: unknown): void {
    this.#parts.logger.warn({ container: id, err: error }, "it could not be removed");
    this.#watch.lost();
  }

  #trying(container: string, work: Promise<unknown>, problem: string): void {
    // What has just ended by itself refuses: its end is told, and that is enough.
    work.catch((error: unknown) => this.#parts.logger.warn({ container, err: error }, problem));
  }
}
