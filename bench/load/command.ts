import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const graceMs = 15_000;
const maxOutputBytes = 256 * 1024 * 1024;

/** Whether the shell would find the command. */
export function onPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a load generator to its end and returns its standard output. Kills it when it takes far longer than it should. */
export async function output(
  command: string,
  args: readonly string[],
  seconds: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, ...env },
    timeout: seconds * 1000 + graceMs,
    killSignal: "SIGKILL",
    maxBuffer: maxOutputBytes,
  });
  return stdout;
}
