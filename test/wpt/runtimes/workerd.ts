import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import executable from "workerd";
import workerdPackage from "workerd/package.json" with { type: "json" };
import type { TestReport } from "../test-module.ts";
import type { Runtime } from "./runtime.ts";

const longestMs = 30_000;
/** Its npm package's, so that everything that is on by default is there. */
const compatibilityDate = workerdPackage.version.replace(/^1\.(\d{4})(\d\d)(\d\d)\..*$/, "$1-$2-$3");

/** A process for each test; it says on a control descriptor which port it listens on. */
export async function workerdRuntime(): Promise<Runtime> {
  const folder = await mkdtemp(join(tmpdir(), "wpt-"));
  let last = 0;
  return {
    name: "workerd",
    version: workerdPackage.version,
    async run(source) {
      const name = `${++last}`;
      const config = join(folder, `${name}.capnp`);
      await writeFile(join(folder, `${name}.js`), source);
      await writeFile(config, configuration(name));
      const child = spawn(executable.default, ["serve", "--experimental", "--control-fd=3", config], {
        stdio: ["ignore", "ignore", "ignore", "pipe"],
      });
      const ended = once(child, "close");
      try {
        return await report(child.stdio[3] as NodeJS.ReadableStream);
      } catch (error) {
        return { subtests: [], error: String(error) };
      } finally {
        child.kill("SIGKILL");
        await ended;
      }
    },
    stop: () => rm(folder, { recursive: true }),
  };
}

async function report(control: NodeJS.ReadableStream): Promise<TestReport> {
  for await (const line of createInterface(control)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event !== "listen") continue;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(longestMs) });
    return (await answer.json()) as TestReport;
  }
  throw new Error("it ended before it listened");
}

const configuration = (name: string): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main", esModule = embed "${name}.js")],
      compatibilityDate = "${compatibilityDate}",
      bindings = [(name = "UNSAFE", unsafeEval = void)],
    )),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
