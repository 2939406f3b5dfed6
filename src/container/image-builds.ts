import { setTimeout as delay } from "node:timers/promises";
import type { Bundle } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { imageLabel, type Language } from "./base-images.ts";
import { BuildDisk } from "./build-disk.ts";
import { type BuildLine, readBuild } from "./build-log.ts";
import type { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";
import { serverLabel, versionLabel } from "./labels.ts";

const mebibyte = 1024 * 1024;
/** Of a failed build's log, what is in the error's message. */
const lastLines = 20;
const conflict = 409;
/** How often, and how many times, it is tried again to remove steps whose container is on its way out. */
const againMs = 250;
const mostRetries = 8;
/** Of those that a failed build names, the last. */
const mostSteps = 200;
const lostParent = /unknown parent image ID|No such image: sha256/;

/** Arguments of a Dockerfile that name a base image, so that it can be built where there is no registry. */
const baseArguments: Readonly<Record<string, Language>> = { NODE_IMAGE: "node", PYTHON_IMAGE: "python" };

export interface BuildLimits {
  readonly memoryMb: number;
  readonly cpus: number;
  readonly timeMs: number;
  /** What it may write to the engine's disk. */
  readonly diskMb: number;
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
    const { server, memoryMb, cpus, timeMs, diskMb, network } = this.#parts;
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
    const seen = new Set<string>();
    const disk = new BuildDisk(engine, diskMb * mebibyte);
    const tell = (line: BuildLine) => {
      const { text, layer } = line;
      disk.heard(line);
      if (layer !== null) seen.add(layer);
      if (text === "") return;
      last.push(text);
      if (last.length > lastLines) last.shift();
      onLine(text);
    };
    const failed = (why: string) => new IsletError("build_failed", [`${why}.`, ...last].join("\n"));
    const over = new AbortController();
    const startedAtMs = Date.now();
    const signal = AbortSignal.any([AbortSignal.timeout(timeMs), disk.exceeded]);
    // An engine that does not tell is not one that builds: the build itself will say so.
    const watched = disk.watch(over.signal).catch(() => undefined);
    try {
      const build = async () => {
        const found = await readBuild(await engine.build(query, context.bytes, signal), tell);
        signal.throwIfAborted();
        return found;
      };
      let problem = await build();
      // Another server's build or removal has taken away what the engine had in its cache a moment ago.
      if (problem !== null && lostParent.test(problem)) problem = await build();
      if (problem !== null) throw failed(`The image could not be built: ${problem.replace(/\.$/, "")}`);
      await disk.look();
      if (disk.exceeded.aborted) await engine.removeImage(name);
      signal.throwIfAborted();
    } catch (error) {
      await removeLeftSteps(engine, [...seen], startedAtMs);
      if (disk.exceeded.aborted) throw failed(`The build wrote more than buildDiskMb permits, ${diskMb} MiB`);
      if (error instanceof EngineRefusal && error.status < 500)
        throw failed(`The image cannot be built: ${error.message}`);
      if (isTimeout(error)) throw failed(`The image was not built within ${timeMs / 1_000} s`);
      throw error;
    } finally {
      over.abort();
      await watched;
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

/**
 * The steps that a failed build has made are images without a name; the last holds all of them. Which one is the last
 * is not for sure: a command may write what looks like a step, and one may be made as the build is given up.
 */
async function removeLeftSteps(engine: Engine, steps: readonly string[], sinceMs: number): Promise<void> {
  const known = steps.toReversed().slice(0, mostSteps);
  for (let retries = mostRetries; ; retries--) {
    const [last, ...others] = [...(await engine.namelessUpon(known, sinceMs)), ...known];
    if (last === undefined) return;
    const isDone = await isRemoved(engine, last);
    for (const step of others) await isRemoved(engine, step);
    if (isDone || retries === 0) return;
    await delay(againMs);
  }
}

/** False: something has it, which may be about to go. */
async function isRemoved(engine: Engine, step: string): Promise<boolean> {
  try {
    if (await engine.isNameless(step)) await engine.removeImage(step);
    return true;
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    return error.status !== conflict;
  }
}

function isTimeout(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at.name === "TimeoutError") return true;
  return false;
}
