import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle, LiveFunction } from "../core/deployment.ts";
import type { InstanceEnd } from "../core/messages.ts";
import type { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";
import { instanceSettings } from "./instance-settings.ts";
import { type OutputStream, readOutput } from "./output-lines.ts";
import { planRunner } from "./runner-plan.ts";
import type { Workshop } from "./workshop.ts";

const notFound = 404;

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

/** A container, from its making to its removal. What is asked of it is done in order. */
export class KeptContainer {
  readonly #parts: KeptParts;
  #last: Promise<unknown> = Promise.resolve();
  #engine: Engine | undefined;
  #container: string | undefined;
  #removing = false;

  constructor(parts: KeptParts) {
    this.#parts = parts;
  }

  /** @throws EngineUnreachable, EngineRefusal, IsletError for the bundle, Error for the machine. */
  start(bundle: Bundle): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#removing) return;
      const engine = await this.#parts.workshop.engine();
      this.#engine = engine;
      this.#container = await this.#create(engine, bundle).catch((error: unknown) => {
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
    return this.#inTurn(async () => {
      if (this.#container !== undefined && !this.#removing) await this.#engine?.pause(this.#container);
    });
  }

  thaw(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#container !== undefined && !this.#removing) await this.#engine?.unpause(this.#container);
    });
  }

  /** With its files. */
  remove(): Promise<void> {
    this.#removing = true;
    return this.#inTurn(async () => {
      const container = this.#container;
      this.#container = undefined;
      try {
        if (container !== undefined) await this.#engine?.remove(container);
      } finally {
        await rm(this.#parts.directory, { recursive: true, force: true });
      }
    });
  }

  async #create(engine: Engine, bundle: Bundle): Promise<string> {
    const { id, directory, workshop, ...rest } = this.#parts;
    const held = { ...bundle, limits: rest.fn.limits };
    const plan = await planRunner(held, join(directory, "function"), workshop, engine, rest.fn.name);
    const settings = { ...rest, id, directory, plan, server: workshop.server };
    return engine.create(`islet-${rest.fn.name}-${id.slice(0, 12)}`, instanceSettings(settings));
  }

  async #follow(engine: Engine, container: string): Promise<void> {
    const { onOutput, onExit, onFault } = this.#parts;
    engine
      .output(container)
      .then((output) => readOutput(output, onOutput))
      .catch((error: unknown) => this.#removing || onFault(error, "its output could not be read"));
    try {
      const exitCode = await engine.ended(container);
      if (this.#removing) return;
      const { OOMKilled: outOfMemory } = await engine.inspect(container);
      onExit({ kind: "exited", exitCode, outOfMemory });
    } catch (error) {
      if (this.#removing) return;
      onFault(error, "the engine does not tell of its end");
      onExit({ kind: "failed", code: "container_lost", message: "the container engine went away" });
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = Promise.allSettled([turn]);
    return turn;
  }
}
