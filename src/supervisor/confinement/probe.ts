import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Launch } from "../child.ts";

const longestMs = 20_000;

/** Does what a pool process cannot do without: reads its code, loads native code, opens its socket. */
const script = `
const { existsSync, readFileSync, statSync } = require("node:fs");
const [, socket, ...readable] = process.argv;
for (const path of readable) {
  if (statSync(path).isFile()) readFileSync(path);
  else if (existsSync(path + "/package.json")) require(path);
}
require("node:net").createServer().listen(socket, () => process.exit(0));
`;

/** Tries a launch with no guest in it. Null when it works, else why it does not, in one line. */
export async function probe(launch: Launch, readable: readonly string[], room: string): Promise<string | null> {
  const [program = "", ...rest] = launch.command;
  const child = spawn(program, [...rest, ...launch.flags, "--eval", script, join(room, "probe"), ...readable], {
    cwd: launch.cwd,
    env: {},
    ...(launch.uid !== null && { uid: launch.uid, gid: launch.uid }),
    stdio: ["ignore", "ignore", "pipe", "ignore", "ignore", ...launch.fds],
    timeout: longestMs,
    killSignal: "SIGKILL",
  });
  // A program that is not there is told by `close` too, with a negative code.
  child.on("error", () => undefined);
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  const errors = child.stderr === null ? "" : await text(child.stderr);
  const [code, signal] = await closed;
  if (code === 0) return null;
  const line = errors.split("\n").find((candidate) => /\S/.test(candidate) && !/^node:|^\s*at /.test(candidate));
  const named = errors.split("\n").find((candidate) => /^\w*Error: /.test(candidate));
  return named ?? line ?? (signal === null ? `exit code ${code}` : `ended by ${signal}`);
}
