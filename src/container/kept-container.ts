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

export interface KeptParts {
  readonly id: string;
  /** With `run` in it, where the runner connects. It is removed with the container. */
  readonly directory: string;
  readonly fn: Pick<LiveFunction, "name" | "versionId" | "limits" | "fallback">;
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
  #pausedByEngine = false;
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
      void this.#follow(engine, this.#container);
    });
  }

  pause(): Promise<void> {
    return this.#freezeOr(
      (freezer) => freezer.freeze(),
      async (engine, container) => {
        await engine.pause(container);
        this.#pausedByEngine = true;
      },
    );
  }

  thaw(): Promise<void> {
    return this.#freezeOr(
      (freezer) => freezer.thaw(),
      async (engine, container) => {
        await engine.unpause(container);
        this.#pausedByEngine = false;
      },
    );
  }

  /** With its files. */
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
    });
  }

  /** By the cgroup at once, or by the engine, which takes some ten milliseconds, in turn. */
  async #freezeOr(
    byCgroup: (freezer: Freezer) => void,
    byEngine: (engine: Engine, container: string) => Promise<void>,
  ): Promise<void> {
    if (this.#freezer && !this.#pausedByEngine && !this.#removing.signal.aborted) return byCgroup(this.#freezer);
    await this.#inTurn(async () => {
      if (this.#removing.signal.aborted || !this.#engine || this.#container === undefined) return;
      await byEngine(this.#engine, this.#container);
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
    const runtime = await workshop.runtime(engine);
    const settings = { ...rest, id, directory, plan, runtime, server: workshop.server };
    return engine.create(`islet-${rest.fn.name}-${id.slice(0, 12)}`, instanceSettings(settings));
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
        if (!(error instanceof EngineUnreachable)) {
          return onExit({ kind: "failed", code: "container_lost", message: "the container is gone" });
        }
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
