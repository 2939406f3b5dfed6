import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Serving, startServing } from "../cli/serving.ts";
import { patternOf, patternOfLine, type Step, tourOf } from "./tour.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tour = tourOf(readFileSync(file("../../README.md"), "utf8"));
const run = promisify(execFile);
const separator = "\u001e";

/** The shell that a reader has open beside the server: one for all steps. Gives each step's output. */
async function inOneShell(steps: readonly Step[], cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const script = steps.map(({ command }) => `${command}\nprintf '${separator}'\n`).join("");
  const { stdout } = await run("sh", ["-c", script], { cwd, env });
  return stdout.split(separator).map((output) => output.trimEnd());
}

/** A directory with a `curl` in it. */
async function standIn(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const script = `#!/bin/sh\nexec '${process.execPath}' '${file("fixtures/curl.ts")}' "$@"\n`;
  await writeFile(join(bin, "curl"), script, { mode: 0o755 });
  return bin;
}

/** The README has the usual ports, a test any that are free. */
function withPorts(text: string, server: Serving): string {
  return text.replaceAll(":8787", `:${portOf(server.url)}`).replaceAll(":8788", `:${portOf(server.controlUrl)}`);
}

function portOf(url: string): string {
  return new URL(url).port;
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

describe("the README's tour", () => {
  test("does what the README shows", async () => {
    const folder = await mkdtemp(join(tmpdir(), "islet-test-"));
    const bin = hasCurl ? [] : [await standIn(folder)];
    const server = await startServing(process.execPath, [file("../../bin/islet.js"), "dev"], { cwd: folder });
    try {
      const env = { PATH: [...bin, process.env.PATH].join(":"), HOME: folder };
      const steps = tour.steps.map(({ command, output }) => ({
        command: withPorts(command, server),
        output: withPorts(output, server),
      }));
      const outputs = await inOneShell(steps, folder, env);
      for (const [i, { command, output }] of steps.entries()) {
        const got = outputs[i] ?? "";
        // The pattern stands for what matches it, so that a failure shows both texts.
        expect(`${command}\n${patternOf(output).test(got) ? output : got}`).toBe(`${command}\n${output}`);
      }
      for (const line of tour.logLines) await server.logged(patternOfLine(withPorts(line, server)));
    } finally {
      server.child.kill("SIGTERM");
      await server.gone;
      await rm(folder, { recursive: true });
    }
    // A process for each command: beside other tests that takes its time.
  }, 60_000);
});
