import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/islet.js", import.meta.url));

export interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Another file than bin/islet.js. */
  readonly script?: string;
}

/** Runs the islet command as a shell would, in an environment without settings of its own. */
export function startIslet(args: readonly string[], options: RunOptions = {}): Run {
  const { cwd, env = {}, nodeFlags = [], script = bin } = options;
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const done = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([code, out, err]) => ({
    code,
    out,
    err,
  }));
  return { child, done };
}

export function islet(args: readonly string[], options?: RunOptions) {
  return startIslet(args, options).done;
}
