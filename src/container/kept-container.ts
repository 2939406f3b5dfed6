import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Bundle, LiveFunction } from "../core/deployment.ts";
import type { InstanceEnd } from "../core/messages.ts";
import type { Engine } from "./engine.ts";
import { EngineRefusal, EngineUnreachable } from "./engine-errors.ts";
import { Freezer } from "./freezer.ts";
import { instanceSettings } from "./instance-settings.ts";
import { type OutputStream, readOutput } from "./output-lines.ts";
import { planRunner } from "./runner-plan.ts";
import type { Workshop } from "./workshop.ts";

const notFound = 404;
/** How often an engine that went away is looked for. */
const againMs = 500;

const lost: InstanceEnd = { kind: "failed", code: "container_lost", message: "the container is gone" };

export interface KeptParts {
  readonly id: string;
  /** With `run` in it, where the runner connects. It is removed with the container. */
  readonly directory: string;
  readonly fn: Pick<LiveFunction, "name" | "versionId" | "limits" | "fallback" | "mostMemoryMb">;
  readonly workshop: Workshop;
  readonly user: string;
  readonly concurrency: number;
  readonly cpus: number;
  readonly onOutput: (stream: OutputStream, text: string) => void;
  /** It has ended by itself. Not told of one that is being removed. */
  readonly onExit: (end: InstanceEnd) => void;
  readonly onFault: (error: unknown, what: string) => void;
}

/** A container, from its making to its removal. What is asked of the engine is done in order. */
export class KeptContainer {
  readonly #parts: KeptParts;
  #last: Promise<unknown> = Promise.resolve();
  #engine: Engine | undefined;
  #container: string | undefined;
  #freezer: Freezer | null = null;
  /** Who has paused it, or is about to: it is thawed by the same. */
  #pausedBy: "cgroup" | "engine" | null = null;
  #attempts = 0;
  /** The engine went away as it was asked to make it: whether it did is not known. */
  #maybeMade = false;
  readonly #removing = new AbortController();

  constructor(parts: KeptParts) {
    this.#parts = parts;
  }

  /**
   * May be called again when the engine went away meanwhile.
   * @throws EngineUnreachable, EngineRefusal, IsletError for the bundle, Error for the machine.
   */
  start(bundle: Bundle): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#removing.signal.aborted) return;
      const engine = await this.#parts.workshop.engine();
      this.#engine = engine;
      this.#container ??= await this.#create(engine, bundle).catch((error: unknown) => {
        if (!(error instanceof EngineRefusal && error.status === notFound)) throw error;
        // Somebody has removed the image.
        this.#parts.workshop.forgetImages();
        return this.#create(engine, bundle);
      });
      await engine.start(this.#container);
      this.#follow(engine, this.#container).catch((error: unknown) => {
        this.#parts.onFault(error, "it could not be followed");
        this.#parts.onExit(lost);
      });
    });
  }

  /** By the cgroup at once, or by the engine, which takes some ten milliseconds, in turn. */
  async pause(): Promise<void> {
    this.#pausedBy = this.#freezer ? "cgroup" : "engine";
    if (this.#freezer) this.#freezer.freeze();
    else await this.#byEngine((engine, container) => engine.pause(container));
  }

  /** @throws what the engine's calls throw, or Error of the file system: then it may be paused still. */
  async thaw(): Promise<void> {
    if (this.#pausedBy === "cgroup") this.#freezer?.thaw();
    else await this.#byEngine((engine, container) => engine.unpause(container));
  }

  /**
   * With its files.
   * @throws EngineUnreachable, EngineRefusal when it may still be there.
   */
  remove(): Promise<void> {
    this.#removing.abort();
    return this.#inTurn(async () => {
      const container = this.#container;
      this.#container = undefined;
      try {
        // It cannot be killed as long as it is frozen.
        this.#thawQuietly();
        if (container !== undefined) await this.#engine?.remove(container);
      } finally {
        await rm(this.#parts.directory, { recursive: true, force: true });
      }
      if (this.#maybeMade) throw new EngineUnreachable("whether the container engine has made it is not known");
    });
  }

  #byEngine(work: (engine: Engine, container: string) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#removing.signal.aborted || !this.#engine || this.#container === undefined) return;
      await work(this.#engine, this.#container);
    });
  }

  #thawQuietly(): void {
    try {
      this.#freezer?.thaw();
    } catch (error) {
      // Its cgroup is gone with its processes.
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    this.#freezer = null;
  }

  async #create(engine: Engine, bundle: Bundle): Promise<string> {
    const { id, directory, workshop, ...rest } = this.#parts;
    const held = { ...bundle, limits: rest.fn.limits };
    const plan = await planRunner(held, join(directory, "function"), workshop, engine, rest.fn);
    const surroundings = await workshop.surroundings(engine);
    const settings = { ...rest, id, directory, plan, surroundings, server: workshop.server };
    const attempt = this.#attempts++;
    // The one of an attempt before may have been made, and has that name then.
    const name = `islet-${rest.fn.name}-${id.slice(0, 12)}${attempt === 0 ? "" : `-${attempt}`}`;
    try {
      return await engine.create(name, instanceSettings(settings));
    } catch (error) {
      if (error instanceof EngineUnreachable) this.#maybeMade = true;
      throw error;
    }
  }

  /** Until it has ended: also over an engine that is restarted, which a container may live through or not. */
  async #follow(engine: Engine, container: string): Promise<void> {
    const { onExit, onFault } = this.#parts;
    let sinceMs = 0;
    for (;;) {
      this.#readOutput(engine, container, sinceMs);
      try {
        if (!this.#freezer) this.#freezer = Freezer.of(container, (await engine.inspect(container)).Pid);
        const exitCode = await engine.ended(container);
        if (this.#removing.signal.aborted) return;
        const { OOMKilled: outOfMemory } = await engine.inspect(container);
        return onExit({ kind: "exited", exitCode, outOfMemory });
      } catch (error) {
        if (this.#removing.signal.aborted) return;
        onFault(error, "the engine does not tell of its end");
        if (!(error instanceof EngineUnreachable)) return onExit(lost);
        sinceMs = Date.now();
        if (!(await this.#engineAgain())) return;
      }
    }
  }

  /** Resolves when the engine answers again. False: nobody wants to know any more. */
  async #engineAgain(): Promise<boolean> {
    const { workshop } = this.#parts;
    const { signal } = this.#removing;
    workshop.engineLost();
    while (!signal.aborted) {
      try {
        await workshop.engine();
        return !signal.aborted;
      } catch (error) {
        if (!(error instanceof EngineUnreachable)) throw error;
      }
      await delay(againMs, undefined, { ref: false });
    }
    return false;
  }

  #readOutput(engine: Engine, container: string, sinceMs: number): void {
    const { onOutput, onFault } = this.#parts;
    engine
      .output(container, sinceMs)
      .then((output) => readOutput(output, onOutput))
      .catch((error: unknown) => this.#removing.signal.aborted || onFault(error, "its output could not be read"));
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = Promise.allSettled([turn]);
    return turn;
  }
}
