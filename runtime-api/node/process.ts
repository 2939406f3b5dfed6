import host from "islet:node";
import { EventEmitter } from "node:events";
import { nodeError } from "./node-error.ts";

type Callback = (...args: unknown[]) => void;

function elapsedMs(): number {
  return performance.now();
}

const hrtime = (before?: readonly [number, number]): [number, number] => {
  const ms = elapsedMs();
  const [seconds, nanos] = [Math.floor(ms / 1_000), Math.floor((ms % 1_000) * 1e6)];
  if (before === undefined) return [seconds, nanos];
  const difference = (seconds - before[0]) * 1e9 + nanos - before[1];
  return [Math.floor(difference / 1e9), difference % 1e9];
};
hrtime.bigint = (): bigint => BigInt(Math.round(elapsedMs() * 1e6));

/** All values are strings, as those of Node's are. */
const env = new Proxy(host.env(), {
  set(variables, name, value) {
    if (typeof name === "symbol") return Reflect.set(variables, name, value);
    // Template literals refuse symbols, which String() does not.
    variables[name] = `${value}`;
    return true;
  },
});

/** What is written to it is a line of the log. */
function output(level: "log" | "error") {
  return {
    isTTY: false,
    writable: true,
    fd: level === "log" ? 1 : 2,
    write(chunk: unknown, ...rest: unknown[]): boolean {
      console[level](typeof chunk === "string" ? chunk.replace(/\n$/, "") : chunk);
      const done = rest.at(-1);
      if (typeof done === "function") queueMicrotask(done as () => void);
      return true;
    },
    end: (): void => undefined,
    on: (): void => undefined,
    once: (): void => undefined,
    emit: (): boolean => false,
  };
}

const version = "v24.0.0";
const events = new EventEmitter();

/**
 * The variables of the function, and what code written for Node asks of its process; nothing of the server's. An
 * exit ends the request with an error.
 */
const process = Object.assign(events, {
  title: "node",
  version,
  versions: { node: version.slice(1), v8: "13.6.0", modules: "137" },
  release: { name: "node" },
  arch: "x64",
  platform: "linux",
  argv: ["node", "/index.js"],
  argv0: "node",
  execArgv: [],
  execPath: "/bin/node",
  pid: 1,
  ppid: 0,
  exitCode: undefined,
  env,
  features: { inspector: false, tls: false, typescript: false },
  config: { variables: {}, target_defaults: {} },
  stdout: output("log"),
  stderr: output("error"),
  hrtime,
  uptime: (): number => elapsedMs() / 1_000,
  cwd: (): string => "/",
  umask: (): number => 0o22,
  getuid: (): number => 0,
  memoryUsage: (): object => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  nextTick(callback: Callback, ...args: unknown[]): void {
    queueMicrotask(() => callback(...args));
  },
  emitWarning(warning: unknown, kind: unknown = "Warning"): void {
    const name = typeof kind === "object" && kind !== null ? (kind as { type?: string }).type : kind;
    console.warn(warning instanceof Error ? warning : `${String(name ?? "Warning")}: ${String(warning)}`);
  },
  exit(code?: number): never {
    throw nodeError(
      Error,
      "ERR_METHOD_NOT_IMPLEMENTED",
      `process.exit(${code ?? ""}) was called: an isolate serves on`,
    );
  },
  abort(): never {
    return process.exit();
  },
  chdir(): never {
    throw nodeError(
      Error,
      "ERR_METHOD_NOT_IMPLEMENTED",
      "process.chdir() is not there in isolates: they have no files",
    );
  },
});
Object.defineProperty(process, Symbol.toStringTag, { value: "process", configurable: true });

export const { argv, arch, cwd, emitWarning, exit, nextTick, pid, platform, stderr, stdout, uptime, versions } =
  process;
export { env, hrtime, version };
export default process;
