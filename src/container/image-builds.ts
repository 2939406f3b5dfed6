import type { Bundle } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { imageLabel, type Language } from "./base-images.ts";
import { type BuildLine, readBuild } from "./build-log.ts";
import type { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";
import { serverLabel, versionLabel } from "./labels.ts";

const mebibyte = 1024 * 1024;
/** Of a failed build's log, what is in the error's message. */
const lastLines = 20;
const conflict = 409;
const lostParent = /unknown parent image ID|No such image: sha256/;

/** Arguments of a Dockerfile that name a base image, so that it can be built where there is no registry. */
const baseArguments: Readonly<Record<string, Language>> = { NODE_IMAGE: "node", PYTHON_IMAGE: "python" };

export interface BuildLimits {
  readonly memoryMb: number;
  readonly cpus: number;
  readonly timeMs: number;
  /** Of the commands that a Dockerfile runs: "none", or a network of the engine's. */
  readonly network: string;
}

interface BuildParts extends BuildLimits {
  readonly server: string;
  /** The name of a language's base image. */
  readonly baseImage: (engine: Engine, language: Language) => Promise<string>;
}

/** Builds images of uploaded Dockerfiles, one at a time, and removes them when nobody needs them. */
export class ImageBuilds {
  readonly #parts: BuildParts;
  /** Versions whose deploy goes on, and how many of them. */
  readonly #kept = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: BuildParts) {
    this.#parts = parts;
  }

  /**
   * The name of a version's image, which is built if it is not there.
   * @throws IsletError build_failed
   */
  async image(engine: Engine, versionId: string, bundle: Bundle, onLine: (line: string) => void): Promise<string> {
    const name = this.#nameOf(versionId);
    if (await engine.hasImage(name)) return name;
    // What waits here may have been built by the one before.
    return this.#inTurn(async () => {
      if (!(await engine.hasImage(name))) await this.#build(engine, name, versionId, bundle, onLine);
      return name;
    });
  }

  /** The version's image is not taken for left over, though the store does not know the version yet. */
  keep(versionId: string): void {
    this.#kept.set(versionId, (this.#kept.get(versionId) ?? 0) + 1);
  }

  release(versionId: string): void {
    const left = (this.#kept.get(versionId) ?? 1) - 1;
    if (left > 0) this.#kept.set(versionId, left);
    else this.#kept.delete(versionId);
  }

  /**
   * Removes the images of versions that are no more, and not during a build, which might build on one. True: one
   * is still in use by a container that goes.
   */
  prune(engine: Engine, exists: (versionId: string) => boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const images = await engine.imagesLabelled(`${serverLabel}=${this.#parts.server}`);
      let left = false;
      for (const { id, labels } of images) {
        const version = labels[versionLabel];
        if (version === undefined || exists(version) || this.#kept.has(version)) continue;
        try {
          await engine.removeImage(id);
        } catch (error) {
          if (!(error instanceof EngineRefusal && error.status === conflict)) throw error;
          left = true;
        }
      }
      return left;
    });
  }

  async #build(
    engine: Engine,
    name: string,
    versionId: string,
    bundle: Bundle,
    onLine: (line: string) => void,
  ): Promise<void> {
    const { server, memoryMb, cpus, timeMs, network } = this.#parts;
    const [context] = bundle.modules;
    if (!context) throw new Error("a bundle to be built has no context");
    const memory = String(memoryMb * mebibyte);
    const args = await this.#arguments(engine, context.bytes);
    const query = {
      ...{ t: name, rm: "true", forcerm: "true", networkmode: network },
      ...{ memory, memswap: memory, cpuperiod: "100000", cpuquota: String(cpus * 100_000) },
      buildargs: JSON.stringify(args),
      labels: JSON.stringify({ [serverLabel]: server, [versionLabel]: versionId, [imageLabel]: "program" }),
    };
    const last: string[] = [];
    const seen: string[] = [];
    const tell = ({ text, layer }: BuildLine) => {
      if (layer !== null) seen.push(layer);
      last.push(text);
      if (last.length > lastLines) last.shift();
      onLine(text);
    };
    const failed = (why: string) => new IsletError("build_failed", [`${why}.`, ...last].join("\n"));
    try {
      const signal = AbortSignal.timeout(timeMs);
      const build = async () => readBuild(await engine.build(query, context.bytes, signal), tell);
      let problem = await build();
      // Another server's build or removal has taken away what the engine had in its cache a moment ago.
      if (problem !== null && lostParent.test(problem)) problem = await build();
      if (problem !== null) throw failed(`The image could not be built: ${problem.replace(/\.$/, "")}`);
    } catch (error) {
      await removeLeftLayers(engine, seen);
      if (error instanceof EngineRefusal && error.status < 500)
        throw failed(`The image cannot be built: ${error.message}`);
      if (isTimeout(error)) throw failed(`The image was not built within ${timeMs / 1_000} s`);
      throw error;
    }
  }

  /** Only those that the Dockerfile has: the engine warns of others. */
  async #arguments(engine: Engine, context: Uint8Array): Promise<Record<string, string>> {
    const text = Buffer.from(context.buffer, context.byteOffset, context.byteLength).toString("latin1");
    // Wherever in the archive, where zeros come before a file: one too many does no harm.
    const names = new Set([...text.matchAll(/(?:^|\0)[ \t]*ARG[ \t]+(\w+)/gim)].map((match) => match[1]));
    const wanted = Object.entries(baseArguments).filter(([name]) => names.has(name));
    const given = wanted.map(async ([name, language]) => [name, await this.#parts.baseImage(engine, language)]);
    return Object.fromEntries(await Promise.all(given));
  }

  #nameOf(versionId: string): string {
    return `islet/program-${this.#parts.server}:${versionId.slice(0, 32)}`;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = Promise.allSettled([turn]);
    return turn;
  }
}

/** The steps that a failed build has made are images without a name; the last holds all of them. */
async function removeLeftLayers(engine: Engine, layers: readonly string[]): Promise<void> {
  const last = layers.at(-1);
  if (last === undefined) return;
  try {
    if (await engine.isNameless(last)) await engine.removeImage(last);
  } catch (error) {
    // Another build goes on from there.
    if (!(error instanceof EngineRefusal)) throw error;
  }
}

function isTimeout(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at.name === "TimeoutError") return true;
  return false;
}
