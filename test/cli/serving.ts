import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A server in a process of its own, started from a shell's point of view. */
export interface Serving {
  readonly child: ChildProcess;
  /** What it has written to stderr for people. */
  readonly banner: string;
  readonly url: string;
  readonly controlUrl: string;
  /** What it has written to stdout so far. */
  logs(): string;
  /** Resolves once stdout matches. */
  logged(pattern: RegExp): Promise<void>;
  /** Its exit code and signal, once it and all that share its output are gone. */
  readonly gone: Promise<unknown[]>;
}

interface ServingOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the first line of the log has come, long before it is ready at level debug. */
  readonly onFirstLog?: (child: ChildProcess) => void;
}

/**
 * Starts a server on free ports of this machine and waits until it says that it is ready.
 * @throws Error with its stderr when it ends before.
 */
export async function startServing(
  command: string,
  args: readonly string[],
  options: ServingOptions,
): Promise<Serving> {
  const { PATH = "", HOME = "" } = process.env;
  const ports = { ISLET_HOST: "127.0.0.1", ISLET_PORT: "0", ISLET_CONTROL_PORT: "0" };
  // Whether this machine has an engine makes no difference to these tests.
  const engine = { ISLET_DOCKER_HOST: "unix:///nowhere" };
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH, HOME, ...ports, ...engine, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = once(child, "close");
  let banner = "";
  let logs = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    logs += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    banner += text;
  });
  const { onFirstLog } = options;
  if (onFirstLog) child.stdout.once("data", () => onFirstLog(child));
  const ended = gone.then(([code]) => {
    throw new Error(`the server ended with ${code}: ${banner}`);
  });
  while (!banner.includes("Ctrl-C")) await Promise.race([once(child.stderr, "data"), ended]);
  ended.catch(() => undefined);
  const urlIn = (pattern: RegExp): string => pattern.exec(banner)?.[1] ?? "";
  return {
    child,
    banner,
    url: urlIn(/functions +(\S+)/),
    controlUrl: urlIn(/control API +(\S+)/),
    logs: () => logs,
    async logged(pattern) {
      while (!pattern.test(logs)) await once(child.stdout, "data");
    },
    gone,
  };
}
