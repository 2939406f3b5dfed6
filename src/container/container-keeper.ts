import { rm } from "node:fs/promises";
import process from "node:process";
import { decodeBundle } from "../core/bundle.ts";
import type { Bundle, LiveFunction, Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { CheckProblem, InstanceEnd, InstanceRequest, ToFront } from "../core/messages.ts";
import { checkInContainer } from "./container-check.ts";
import type { ContainerLogger } from "./container-logger.ts";
import { EngineRefusal, EngineUnreachable } from "./engine-errors.ts";
import { KeptContainer, type KeptParts } from "./kept-container.ts";
import { pinnedImage } from "./pinned-image.ts";
import { Workshop } from "./workshop.ts";

/** Whose an instance is. */
export interface Owner {
  readonly id: string;
  send(message: Extract<ToFront, { type: "instanceThawed" | "instanceOver" }>): void;
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
  /** Containers at a time, whoever's they are. */
  readonly most: number;
  /** A version's bundle, encoded. */
  readonly readBundle: (versionId: string) => Promise<Uint8Array>;
  readonly logger: ContainerLogger;
}

interface Kept {
  readonly owner: Owner;
  readonly container: KeptContainer;
}

/** Makes, pauses, thaws and removes the containers that fronts ask for: the one that talks with the engine. */
export class ContainerKeeper {
  readonly #parts: KeeperParts;
  readonly #workshop: Workshop;
  readonly #kept = new Map<string, Kept>();
  readonly #removals = new Set<Promise<unknown>>();
  #checks = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    const { dockerHost, dataDir, runDirectory, logger } = parts;
    const onOrphans = (count: number) => logger.warn({ count }, "removed containers that an earlier run had left");
    this.#workshop = new Workshop({ dockerHost, dataDir, runDirectory, onOrphans });
  }

  /** Removes what an earlier run has left. A machine without an engine has nothing. */
  async removeOrphans(): Promise<void> {
    try {
      await this.#workshop.engine();
    } catch (error) {
      this.#parts.logger.debug({ err: error }, "no container engine: functions that need one are refused");
    }
  }

  /** What a front says. */
  asked(owner: Owner, request: InstanceRequest): void {
    if (request.type === "instanceWanted") {
      void this.#start(owner, request.id, request.directory, request.fn);
      return;
    }
    const kept = this.#kept.get(request.id);
    if (kept?.owner.id !== owner.id) return;
    switch (request.type) {
      case "instancePause":
        this.#trying(request.id, kept.container.pause(), "it could not be paused");
        return;
      case "instanceThaw":
        this.#trying(
          request.id,
          kept.container.thaw().then(() => owner.send({ type: "instanceThawed", id: request.id })),
          "it could not be thawed",
        );
        return;
      case "instanceEnd":
        this.#over(request.id, { kind: "failed", code: "container_lost", message: "the container was removed" });
        return;
    }
  }

  /** A front is gone, and what it had with it. */
  ownerDied(owner: string): void {
    for (const [id, kept] of [...this.#kept]) if (kept.owner.id === owner) this.#remove(id, kept);
  }

  /**
   * Loads a bundle in a container that serves nobody. Null: nothing is wrong with it.
   * @throws IsletError containers_unavailable, container_failed.
   */
  async check(fn: KeptParts["fn"], bundle: Bundle): Promise<CheckProblem | null> {
    const { runDirectory, logger } = this.#parts;
    const id = `check${++this.#checks}-${fn.versionId.slice(0, 20)}`;
    try {
      return await checkInContainer({
        ...{ id, bundle, limits: fn.limits, runDirectory },
        container: (more) => this.#container({ ...more, id, fn, concurrency: 1 }),
      });
    } catch (error) {
      if (error instanceof IsletError) throw error;
      logger.error({ function: fn.name, err: error }, "an upload could not be checked in a container");
      throw failureOf(error);
    }
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
    for (const [id, kept] of [...this.#kept]) this.#remove(id, kept);
    await Promise.allSettled(this.#removals);
    await this.#workshop.close();
  }

  async #start(owner: Owner, id: string, directory: string, fn: LiveFunction): Promise<void> {
    if (this.#kept.size >= this.#parts.most) {
      await rm(directory, { recursive: true, force: true });
      const message = "as many containers run as the server takes";
      owner.send({ type: "instanceOver", id, end: { kind: "failed", code: "container_failed", message } });
      return;
    }
    const { logger, concurrency } = this.#parts;
    const names = { function: fn.name, version: fn.versionId, container: id };
    const container = this.#container({
      ...{ id, directory, fn, concurrency },
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
      await container.start(decodeBundle(await this.#parts.readBundle(fn.versionId)));
    } catch (error) {
      logger.error({ ...names, err: error }, "a container could not be started");
      const { code, message } = failureOf(error);
      this.#over(id, { kind: "failed", code, message });
    }
  }

  #container(parts: Omit<KeptParts, "workshop" | "user" | "cpus" | "onFault">): KeptContainer {
    const { cpus, uid, logger, fallbackMemoryMb } = this.#parts;
    const { fn } = parts;
    const memoryMb = Math.max(fn.limits.memoryMb, fn.fallback ? fallbackMemoryMb : 0);
    const own = process.getuid?.() ?? 0;
    return new KeptContainer({
      ...parts,
      fn: { ...fn, limits: { ...fn.limits, memoryMb } },
      ...{ cpus, workshop: this.#workshop },
      user: own === 0 ? `${uid}:${uid}` : `${own}:${process.getgid?.() ?? own}`,
      onFault: (error, what) => logger.warn({ container: parts.id, err: error }, what),
    });
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
    this.#trying(
      id,
      removed.finally(() => this.#removals.delete(removed)),
      "it could not be removed",
    );
  }

  #trying(container: string, work: Promise<unknown>, problem: string): void {
    // What has just ended by itself refuses: its end is told, and that is enough.
    work.catch((error: unknown) => this.#parts.logger.warn({ container, err: error }, problem));
  }
}

function failureOf(error: unknown): IsletError {
  if (error instanceof IsletError) return error;
  if (error instanceof EngineUnreachable) {
    return new IsletError("containers_unavailable", "this server reaches no container engine", { cause: error });
  }
  const reason = error instanceof EngineRefusal ? "the container engine refused" : "the server failed";
  return new IsletError("container_failed", `no container could be started: ${reason}`, { cause: error });
}
