import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestReport } from "../test-module.ts";
import type { Runtime } from "./runtime.ts";

const longestMs = 30_000;
const mostBytes = 256 * 1024 * 1024;

/** A runtime that runs one test in one process: `command` with the path of a module that prints its report. */
export async function processForEach(name: string, command: string, args: readonly string[]): Promise<Runtime> {
  const run = promisify(execFile);
  const { stdout } = await run(command, ["--version"]);
  const folder = await mkdtemp(join(tmpdir(), "wpt-"));
  let last = 0;
  return {
    name,
    version: /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim(),
    async run(source) {
      const file = join(folder, `${++last}.mjs`);
      // Standard output may have what the test logs: the report is the last line.
      const main = source.replace(/\nexport default \{ fetch: /, "\nconst worker = { fetch: ");
      await writeFile(file, `${main}${printReport}`);
      try {
        const { stdout } = await run(command, [...args, file], { timeout: longestMs, maxBuffer: mostBytes });
        return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as TestReport;
      } catch (error) {
        return { subtests: [], error: error instanceof Error ? error.message : String(error) };
      } finally {
        await rm(file);
      }
    },
    stop: () => rm(folder, { recursive: true }),
  };
}

const printReport = `
const { exit } = globalThis.Deno ?? globalThis.process;
const { log } = console;
worker.fetch().then((answer) => answer.text()).then((text) => { log("\\n" + text); setTimeout(exit, 50, 0); });
`;
