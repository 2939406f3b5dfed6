import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type Dispatcher, Pool } from "undici";
import { z } from "zod";
import { socketPathOf } from "./endpoint.ts";
import { EngineRefusal, EngineUnreachable } from "./engine-errors.ts";
import type { Runtimes } from "./sandbox-runtime.ts";

interface Call {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly upload?: Readable | Uint8Array;
  readonly signal?: AbortSignal;
  /** An engine that takes longer hangs. Absent: there is no saying how long it takes. */
  readonly withinMs?: number;
}

const pingMs = 5_000;
/** For what takes a fraction of a second; a machine under load takes longer. */
const callMs = 20_000;

const created = z.object({ Id: z.string() });
const exited = z.object({ StatusCode: z.number() });
const listed = z.array(z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullish() }));
const inspected = z.object({
  State: z.object({ Running: z.boolean(), OOMKilled: z.boolean(), ExitCode: z.number(), Pid: z.number() }),
});
const capabilities = z.object({
  InitCommit: z.object({ ID: z.string() }).nullish(),
  Runtimes: z.record(z.string(), z.object({ runtimeArgs: z.array(z.string()).nullish() })).nullish(),
});
/** What an engine says of an init that it does not find. */
const noInit = "N/A";
const strings = z.array(z.string()).nullish();
const described = z.object({
  Id: z.string(),
  Config: z.object({
    ...{ Entrypoint: strings, Cmd: strings, Env: strings },
    WorkingDir: z.string().nullish(),
    Volumes: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const versions = z.object({ Version: z.string(), ApiVersion: z.string() });
const info = z.object({
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  MemoryLimit: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  CpuCfsQuota: z.boolean().optional(),
});
const refused = z.object({ message: z.string() });
/** One line of what an image's import answers; a failure comes with status 200. */
const progress = z.object({ error: z.string().optional() });

export interface EngineDescription {
  readonly version: string;
  readonly apiVersion: string;
  /** Names of what it can run containers with. */
  readonly runtimes: readonly string[];
  /** What it cannot limit. */
  readonly lacks: readonly string[];
}

/** What it can run containers with. */
export interface EngineAbilities {
  readonly runtimes: Runtimes;
  /** It can put a process before a container's first that reaps orphans. */
  readonly hasInit: boolean;
}

const imagesListed = z.array(z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullish() }));
const allListed = z.array(
  z.object({ Id: z.string(), ParentId: z.string(), Created: z.number(), RepoTags: z.array(z.string()).nullish() }),
);
const noName = "<none>:<none>";
const named = z.object({
  ...{ RepoTags: z.array(z.string()).nullish(), Parent: z.string().nullish() },
  Size: z.number().default(0),
});
const sized = z.object({ SizeRw: z.number().default(0) });

/** What an image says of itself. */
export interface ImageDescription {
  readonly id: string;
  /** Entry point and command. */
  readonly argv: readonly string[];
  /** NAME=value */
  readonly env: readonly string[];
  readonly folder: string;
  /** Paths that it wants to be written to. */
  readonly volumes: readonly string[];
}

/**
 * The part of the Docker Engine API that Islet uses, over its unix socket.
 *
 * Paths name no version: the engine takes that for its newest, and all that is used here has been the same
 * since 1.25, while engines refuse versions that they find too old.
 */
export class Engine {
  readonly #pool: Pool;
  readonly #socketPath: string;

  /** @throws EngineUnreachable when the address is no unix socket. */
  constructor(dockerHost: string) {
    this.#socketPath = socketPathOf(dockerHost);
    // A container's end and its log are waited for as long as it runs.
    this.#pool = new Pool("http://engine", { socketPath: this.#socketPath, headersTimeout: 0, bodyTimeout: 0 });
  }

  async ping(): Promise<void> {
    await this.#text("GET", "/_ping", { withinMs: pingMs });
  }

  async abilities(): Promise<EngineAbilities> {
    const { Runtimes, InitCommit } = capabilities.parse(await this.#json("GET", "/info", { withinMs: callMs }));
    return { runtimes: Runtimes ?? {}, hasInit: InitCommit != null && InitCommit.ID !== noInit };
  }

  /** What it is, and what it can do. */
  async describe(): Promise<EngineDescription> {
    const { Version, ApiVersion } = versions.parse(await this.#json("GET", "/version"));
    const { Runtimes, MemoryLimit, PidsLimit, CpuCfsQuota } = info.parse(await this.#json("GET", "/info"));
    const limits = { "the memory": MemoryLimit, "the processes": PidsLimit, "the CPU time": CpuCfsQuota };
    return {
      ...{ version: Version, apiVersion: ApiVersion, runtimes: Object.keys(Runtimes ?? {}) },
      lacks: Object.entries(limits).flatMap(([what, isThere]) => (isThere === false ? [what] : [])),
    };
  }

  async hasImage(name: string): Promise<boolean> {
    return (await this.#imageJson(name)) !== null;
  }

  /** Null: the engine does not have it. */
  async image(name: string): Promise<ImageDescription | null> {
    const answer = await this.#imageJson(name);
    if (answer === null) return null;
    const { Id, Config } = described.parse(answer);
    return {
      id: Id,
      argv: [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])],
      env: Config.Env ?? [],
      folder: Config.WorkingDir || "/",
      volumes: Object.keys(Config.Volumes ?? {}),
    };
  }

  /** Gets an image from its registry. @throws EngineRefusal */
  async pull(name: string): Promise<void> {
    const [, repository = name, tag = "latest"] = /^(.+?)(?::([^:/@]+))?$/.exec(name) ?? [];
    const query = { fromImage: repository, ...(!name.includes("@") && { tag }) };
    throwIfFailed(await this.#text("POST", "/images/create", { query }));
  }

  /** Makes an image of a tar archive. `changes` are lines of a Dockerfile. */
  async importImage(name: string, tag: string, changes: string, archive: Readable): Promise<void> {
    const query = { fromSrc: "-", repo: name, tag, changes };
    throwIfFailed(await this.#text("POST", "/images/create", { query, upload: archive }));
  }

  /** Builds an image of a tar archive with a Dockerfile, and tells of it in lines of JSON. */
  async build(query: Readonly<Record<string, string>>, context: Uint8Array, signal: AbortSignal): Promise<Readable> {
    return (await this.#send("POST", "/build", { query, upload: context, signal })).body;
  }

  async imagesLabelled(label: string): Promise<{ id: string; labels: Readonly<Record<string, string>> }[]> {
    const query = { filters: JSON.stringify({ label: [label] }) };
    const found = imagesListed.parse(await this.#json("GET", "/images/json", { query, withinMs: callMs }));
    return found.map(({ Id, Labels }) => ({ id: Id, labels: Labels ?? {} }));
  }

  /** Images without a name that were made upon one of these since then (epoch). */
  async namelessUpon(steps: readonly string[], sinceMs: number): Promise<string[]> {
    const query = { all: "true" };
    const images = allListed.parse(await this.#json("GET", "/images/json", { query, withinMs: callMs }));
    const upon = new Set(steps.map(shortId));
    return images
      .filter(({ RepoTags }) => (RepoTags ?? []).every((name) => name === noName))
      .filter(({ ParentId, Created }) => upon.has(shortId(ParentId)) && Created >= Math.floor(sinceMs / 1_000))
      .map(({ Id }) => Id);
  }

  /** Whether an image is but a step on the way to others. */
  async isNameless(id: string): Promise<boolean> {
    const image = await this.#step(id);
    return image !== null && image.names === 0 && image.parent !== "";
  }

  /** Bytes that a step of a build has added to the image before it; 0 for one that was there, or is gone. */
  async addedBy(id: string): Promise<number> {
    const image = await this.#step(id);
    if (image === null || image.parent === "") return 0;
    const before = await this.#step(image.parent);
    return Math.max(0, image.bytes - (before?.bytes ?? 0));
  }

  /** Bytes that a container has written to its disk. Null: it is gone. */
  async writtenBy(container: string): Promise<number | null> {
    const query = { size: "true" };
    const answer = await this.#unlessMissing(
      this.#json("GET", `/containers/${container}/json`, { query, withinMs: callMs }),
    );
    return answer === null ? null : sized.parse(answer).SizeRw;
  }

  /** With the nameless ones that it alone is built on. @throws EngineRefusal 409 when something needs it. */
  async removeImage(id: string): Promise<void> {
    await this.#unlessMissing(this.#text("DELETE", `/images/${id}`));
  }

  /** The id of a new container that is not started yet. */
  async create(name: string, settings: object): Promise<string> {
    return created.parse(
      await this.#json("POST", "/containers/create", { query: { name }, json: settings, withinMs: callMs }),
    ).Id;
  }

  async start(id: string): Promise<void> {
    await this.#text("POST", `/containers/${id}/start`, { withinMs: callMs });
  }

  async pause(id: string): Promise<void> {
    await this.#text("POST", `/containers/${id}/pause`, { withinMs: callMs });
  }

  async unpause(id: string): Promise<void> {
    await this.#text("POST", `/containers/${id}/unpause`, { withinMs: callMs });
  }

  /** Kills it first, if need be. One that is gone already is no error. */
  async remove(id: string): Promise<void> {
    const query = { force: "true", v: "true" };
    await this.#unlessMissing(this.#text("DELETE", `/containers/${id}`, { query, withinMs: callMs }));
  }

  /** Resolves when it has ended, with its exit code. */
  async ended(id: string): Promise<number> {
    return exited.parse(await this.#json("POST", `/containers/${id}/wait`)).StatusCode;
  }

  async inspect(id: string): Promise<z.output<typeof inspected>["State"]> {
    return inspected.parse(await this.#json("GET", `/containers/${id}/json`, { withinMs: callMs })).State;
  }

  /** Ids of the containers with this label, whether they run or not. */
  async labelled(label: string): Promise<string[]> {
    return [...(await this.labels(label)).keys()];
  }

  /** All labels of those containers, by their ids. */
  async labels(label: string): Promise<Map<string, Readonly<Record<string, string>>>> {
    const query = { all: "true", filters: JSON.stringify({ label: [label] }) };
    const found = listed.parse(await this.#json("GET", "/containers/json", { query, withinMs: callMs }));
    return new Map(found.map(({ Id, Labels }) => [Id, Labels ?? {}]));
  }

  /** What it writes to stdout and stderr from a time on (epoch) until it ends, in the engine's own frames. */
  async output(id: string, sinceMs: number): Promise<Readable> {
    const query = { follow: "true", stdout: "true", stderr: "true", since: (sinceMs / 1_000).toFixed(3) };
    return (await this.#send("GET", `/containers/${id}/logs`, { query })).body;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #imageJson(name: string): Promise<unknown> {
    return this.#unlessMissing(this.#json("GET", `/images/${name}/json`, { withinMs: callMs }));
  }

  async #step(id: string): Promise<{ names: number; parent: string; bytes: number } | null> {
    const answer = await this.#imageJson(id);
    if (answer === null) return null;
    const { RepoTags, Parent, Size } = named.parse(answer);
    return { names: (RepoTags ?? []).length, parent: Parent ?? "", bytes: Size };
  }

  async #json(method: "GET" | "POST", path: string, call: Call = {}): Promise<unknown> {
    return JSON.parse(await this.#text(method, path, call));
  }

  async #text(method: Dispatcher.HttpMethod, path: string, call: Call = {}): Promise<string> {
    const { body } = await this.#send(method, path, call);
    try {
      return await body.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #send(method: Dispatcher.HttpMethod, path: string, call: Call): Promise<Dispatcher.ResponseData> {
    const type = call.upload ? "application/x-tar" : "application/json";
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.#pool.request({
        ...{ method, path },
        query: { ...call.query },
        headers: { "content-type": type },
        ...(call.withinMs !== undefined && { headersTimeout: call.withinMs, bodyTimeout: call.withinMs }),
        signal: call.signal ?? null,
        body: call.upload ?? (call.json === undefined ? null : JSON.stringify(call.json)),
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
    if (answer.statusCode < 400) return answer;
    throw new EngineRefusal(answer.statusCode, reasonIn(await text(answer.body)));
  }

  #unreachable(cause: unknown): EngineUnreachable {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new EngineUnreachable(`no container engine answers at ${this.#socketPath} (${reason})`, { cause });
  }

  async #unlessMissing<Result>(answer: Promise<Result>): Promise<Result | null> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) return null;
      throw error;
    }
  }
}

/** As logs of builds have it. */
function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}

/** Of what takes long, the engine tells in lines how it goes, with status 200. */
function throwIfFailed(answer: string): void {
  for (const line of answer.split("\n").filter((one) => one.trim() !== "")) {
    const { error } = progress.parse(JSON.parse(line));
    if (error !== undefined) throw new EngineRefusal(500, error);
  }
}

function reasonIn(body: string): string {
  try {
    return refused.parse(JSON.parse(body)).message;
  } catch {
    // Something else than an engine answers there: what it says is the best that there is.
    return body.slice(0, 200);
  }
}
