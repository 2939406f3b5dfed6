import { createHash } from "node:crypto";
import { join } from "node:path";
import { type BaseImage, baseImage, type Language } from "./base-images.ts";
import { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";
import { removeThawed } from "./frozen-containers.ts";
import { type Runner, writeRunner } from "./function-directory.ts";
import { type BuildLimits, ImageBuilds } from "./image-builds.ts";
import type { Surroundings } from "./instance-settings.ts";
import { instanceLabel, serverLabel } from "./labels.ts";
import { type OfficialImages, officialImage } from "./official-image.ts";
import { type PortableNode, writePortableNode } from "./portable-node.ts";
import { type SandboxMode, sandboxRuntime } from "./sandbox-runtime.ts";

export interface WorkshopParts {
  readonly dockerHost: string;
  /** The data directory: one server at a time has it. */
  readonly dataDir: string;
  readonly runDirectory: string;
  readonly builds: BuildLimits;
  /** In place of images that are made of this machine's own interpreters. */
  readonly official: OfficialImages;
  readonly onOrphans: (count: number) => void;
  /** The engine does not remove one of them now: all else goes on. */
  readonly onOrphanLeft: (error: EngineRefusal) => void;
  readonly sandbox: SandboxMode;
  /** Whether a container that the engine has is one of those that there are to be. */
  readonly isKept: (instance: string) => boolean;
}

/** What every container needs and that is made once: the engine's ear, images and runners. What failed is tried anew. */
export class Workshop {
  /** What our containers are labelled with. */
  readonly server: string;
  readonly builds: ImageBuilds;
  readonly #parts: WorkshopParts;
  readonly #made = new Map<string, Promise<unknown>>();
  #engine: Engine | undefined;

  constructor(parts: WorkshopParts) {
    this.#parts = parts;
    this.server = createHash("sha256").update(parts.dataDir).digest("hex").slice(0, 16);
    this.builds = new ImageBuilds({
      ...{ ...parts.builds, server: this.server },
      baseImage: async (engine, language) => (await this.image(engine, language)).name,
    });
  }

  /**
   * The engine, seen to answer; containers that an earlier run has left are gone.
   * @throws EngineUnreachable
   */
  engine(): Promise<Engine> {
    return this.#once("engine", async () => {
      this.#engine ??= new Engine(this.#parts.dockerHost);
      const engine = this.#engine;
      await engine.ping();
      const found = await engine.labels(`${serverLabel}=${this.server}`);
      // What somebody has started of an image that was built here has the server's label too, and is his.
      const instances = [...found].filter(([, labels]) => labels[instanceLabel] !== undefined);
      const orphans = instances.filter(([, labels]) => !this.#parts.isKept(String(labels[instanceLabel])));
      await this.#removeOrphans(
        engine,
        orphans.map(([id]) => id),
      );
      return engine;
    });
  }

  async #removeOrphans(engine: Engine, ids: readonly string[]): Promise<void> {
    const removals = await Promise.allSettled(ids.map((id) => removeThawed(engine, id)));
    const problems = removals.flatMap((removal) => (removal.status === "rejected" ? [removal.reason as unknown] : []));
    const refusals = problems.filter((problem) => problem instanceof EngineRefusal);
    const [other] = problems.filter((problem) => !(problem instanceof EngineRefusal));
    if (other !== undefined) throw other;
    for (const refusal of refusals) this.#parts.onOrphanLeft(refusal);
    const removed = ids.length - refusals.length;
    if (removed > 0) this.#parts.onOrphans(removed);
  }

  /** It has been seen not to answer: the next that needs it finds out anew, and removes what could not be removed. */
  engineLost(): void {
    this.#made.delete("engine");
    this.#made.delete("surroundings");
  }

  /** @throws IsletError containers_unavailable */
  surroundings(engine: Engine): Promise<Surroundings> {
    return this.#once("surroundings", async () => {
      const { runtimes, hasInit } = await engine.abilities();
      return { runtime: sandboxRuntime(this.#parts.sandbox, runtimes), init: hasInit };
    });
  }

  image(engine: Engine, language: Language): Promise<BaseImage> {
    const official = this.#parts.official[language];
    return this.#once(`image ${language}`, () =>
      official === "" ? baseImage(engine, language) : officialImage(engine, language, official),
    );
  }

  /** The directory with a runner. */
  runner(runner: Runner): Promise<string> {
    return this.#once(`runner ${runner}`, async () => {
      const directory = join(this.#parts.runDirectory, `runner-${runner}`);
      await writeRunner(runner, directory);
      return directory;
    });
  }

  /** Node, so that it runs in any image. */
  portableNode(): Promise<PortableNode> {
    return this.#once("portable node", () => writePortableNode(join(this.#parts.runDirectory, "node")));
  }

  /** The engine may have lost its images. */
  forgetImages(): void {
    for (const key of [...this.#made.keys()]) if (key.startsWith("image ")) this.#made.delete(key);
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }

  #once<Result>(key: string, make: () => Promise<Result>): Promise<Result> {
    const known = this.#made.get(key) as Promise<Result> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    made.catch(() => this.#made.delete(key));
    return made;
  }
}
