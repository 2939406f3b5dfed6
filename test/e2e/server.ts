import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Agent, FormData, request } from "undici";
import { innerProcess } from "../../src/supervisor/inner-process.ts";
import { type LogLine, LogLines } from "./log-lines.ts";
import { MetricsPage } from "./metrics-page.ts";

/** A module of an upload: text of an ES module, or bytes with their media type. */
export type TestModule = string | { readonly type: string; readonly content: string | Uint8Array<ArrayBuffer> };

export interface Send {
  readonly method?: string;
  /** Instead of the server's own address. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | NodeJS.ReadableStream | FormData;
  /** Keeps connections of its own apart from those of other senders. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
  /** error.code of an error answer. */
  readonly code: string | undefined;
}

const token = "e2e-token";
const main = fileURLToPath(new URL("../../bin/islet.js", import.meta.url));

/** `islet serve` in a process of its own, on ports and with data of its own. */
export class TestServer {
  readonly url: string;
  readonly controlUrl: string;
  readonly logs: LogLines;
  /** Exit code, or the signal that ended it; when all its processes are gone. */
  readonly gone: Promise<number | string | null>;
  readonly #process: ChildProcess;
  readonly #errors: Promise<string>;
  readonly dataDir: string;
  /** Gives idle connections up long before the control API does, which closes them after 5 s: on a busy machine the two would meet. */
  readonly #agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0, keepAliveMaxTimeout: 1_000 });

  private constructor(child: ChildProcess, logs: LogLines, errors: Promise<string>, dataDir: string, ready: LogLine) {
    this.#process = child;
    this.#errors = errors;
    this.dataDir = dataDir;
    this.logs = logs;
    // "localhost" may be ::1 first.
    this.url = String(ready.url).replace("localhost", "127.0.0.1");
    this.controlUrl = String(ready.controlUrl).replace("localhost", "127.0.0.1");
    // A test run that is broken off leaves nothing behind: the children of a killed supervisor end by themselves.
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    // The children hold the same pipe, so that its end means that they are gone.
    this.gone = once(child, "close").then(([code, signal]: (number | string | null)[]) => {
      process.off("exit", end);
      return code ?? signal ?? null;
    });
  }

  /** @param settings as in the environment, less "ISLET_": { POOLS: 1 }. */
  static async start(settings: Readonly<Record<string, string | number>> = {}): Promise<TestServer> {
    const dataDir = await mkdtemp(join(tmpdir(), "islet-e2e-"));
    // Run directories are in it: pool processes with user ids of their own reach theirs through it, as through /tmp.
    await chmod(dataDir, 0o711);
    const all = {
      ...{ DATA_DIR: dataDir, HOST: "127.0.0.1", PORT: 0, CONTROL_PORT: 0, TOKEN: token, FRONTS: 1, POOLS: 2 },
      // What limits do is to be seen without a container, even where there is an engine.
      FALLBACK_AFTER: 0,
      ...settings,
    };
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env: NodeJS.ProcessEnv = { PATH, NODE_COMPILE_CACHE, TMPDIR: dataDir };
    for (const [name, value] of Object.entries(all)) env[`ISLET_${name}`] = String(value);
    const child = spawn(process.execPath, [main, "serve"], { cwd: dataDir, env, stdio: ["ignore", "pipe", "pipe"] });
    const logs = new LogLines(child.stdout);
    const errors = text(child.stderr);
    try {
      return new TestServer(child, logs, errors, dataDir, await logs.find({ msg: "ready" }));
    } catch (error) {
      child.kill("SIGKILL");
      await rm(dataDir, { recursive: true, force: true });
      throw new Error(`the server did not start: ${await errors}`, { cause: error });
    }
  }

  send(path: string, options: Send = {}): Promise<Answer> {
    return this.#request(this.url + path, options);
  }

  /** The address of a function's path by its default route. */
  to(name: string, path = "/"): string {
    return `${this.url}/fn/${name}${path}`;
  }

  control(method: string, path: string, options: Omit<Send, "method"> = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, ...options.headers };
    return this.#request(this.controlUrl + path, { ...options, method, headers });
  }

  /** Deploys and takes a refusal for an error. Gives the version. */
  async deploy(name: string, modules: TestModule | Record<string, TestModule>, manifest?: object): Promise<string> {
    const answer = await this.upload(name, modules, manifest);
    if (answer.status !== 201 && answer.status !== 200) throw new Error(`deploying ${name}: ${answer.text}`);
    return (answer.json() as { version: string }).version;
  }

  upload(name: string, modules: TestModule | Record<string, TestModule>, manifest?: object): Promise<Answer> {
    if (typeof modules === "string" && manifest === undefined) {
      const headers = { "content-type": "text/javascript" };
      return this.control("PUT", `/v1/functions/${name}`, { headers, body: modules });
    }
    const form = new FormData();
    if (manifest) form.set("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
    const named = typeof modules === "string" || isModule(modules) ? { "index.js": modules } : modules;
    for (const [moduleName, module] of Object.entries(named)) {
      const { type, content } = typeof module === "string" ? { type: "text/javascript", content: module } : module;
      form.set(moduleName, new Blob([content], { type }), moduleName);
    }
    return this.control("PUT", `/v1/functions/${name}`, { body: form });
  }

  async metrics(): Promise<MetricsPage> {
    return new MetricsPage((await this.control("GET", "/metrics")).text);
  }

  /** Process ids of the children that live now, by their names: "front-1", "pool-2". */
  pids(): Map<string, number> {
    const { pid } = this.#process;
    const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    const named = ids.flatMap((id): [string, number][] => {
      const name = /\0((?:front|pool)-\d+)\0$/.exec(commandLine(id))?.[1];
      // A pool process is within what launched and confines it.
      return name === undefined ? [] : [[name, innerProcess(id)]];
    });
    return new Map(named);
  }

  /** Run directories that are there now. */
  runDirectories(): string[] {
    return readdirSync(this.dataDir).filter((name) => name.startsWith("islet-"));
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it at once: tests of the drain call `signal`. */
  async stop(): Promise<void> {
    await this.#agent.destroy();
    // A second signal does not wait for requests in flight.
    this.signal("SIGTERM");
    this.signal("SIGINT");
    await this.gone;
    // Only crashes leave a stack there.
    const errors = await this.#errors;
    if (/^\s+at /m.test(errors)) process.stderr.write(errors);
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #request(url: string, { method = "GET", host, headers = {}, body, agent }: Send): Promise<Answer> {
    const answer = await request(url, {
      dispatcher: agent ?? this.#agent,
      method: method as "GET",
      headers: { ...headers, ...(host !== undefined && { host }) },
      body: (body ?? null) as string | null,
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const content = bytes.toString("utf8");
    const json = () => JSON.parse(content) as unknown;
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    const code = isJson ? (json() as { error?: { code?: string } } | null)?.error?.code : undefined;
    return { status: answer.statusCode, headers: answer.headers, bytes, text: content, json, code };
  }
}

function isModule(modules: TestModule | Record<string, TestModule>): modules is TestModule {
  return typeof modules === "object" && "content" in modules;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // It has ended since it was listed.
    return "";
  }
}
