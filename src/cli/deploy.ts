import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { archiveOfFolder, hasDockerfile } from "./context-upload.ts";
import { ControlClient } from "./control-client.ts";
import { formFromFolder } from "./folder-upload.ts";
import { addSettings, configFrom } from "./settings-options.ts";

interface Deployed {
  readonly version: string;
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly created: boolean;
  readonly liveMs: number;
}

export function deploy(program: Command): void {
  const command = program
    .command("deploy <name> <path>")
    .description("deploy a JavaScript or Python file, or a folder with its manifest in islet.json or with a Dockerfile")
    .option("--handler <name>", 'of a Python file, what is called: "add.add" for the function add in add.py');
  addSettings(command, "connection").action(async (name: string, path: string, options) => {
    const { handler, ...connection } = options as Record<string, string>;
    const client = await ControlClient.of(configFrom(connection));
    const target = `/v1/functions/${encodeURIComponent(name)}`;
    const answer = (await isProgram(path))
      ? await client.follow("PUT", target, await archiveOfFolder(path), "application/x-tar", console.log)
      : (await isFolder(path))
        ? await client.call("PUT", target, await formFromFolder(path))
        : handler === undefined
          ? await client.call("PUT", target, await scriptAt(path), "text/javascript")
          : await client.call("PUT", target, await pythonAt(path, handler));
    const { version, urls, bytes, created, liveMs } = answer as Deployed;
    console.log(
      `${name}: version ${version.slice(0, 12)} ${created ? `live in ${liveMs} ms` : "was live already"}, ${bytes} bytes`,
    );
    for (const url of urls) console.log(`  ${url}`);
  });
}

async function isProgram(path: string): Promise<boolean> {
  return (await isFolder(path)) && hasDockerfile(path);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function pythonAt(path: string, handler: string): Promise<FormData> {
  if (extname(path) !== ".py") throw new CommandError(`${basename(path)} is no .py file, which --handler is for.`);
  const form = new FormData();
  form.append("manifest", new Blob([JSON.stringify({ handler })], { type: "application/json" }));
  form.append(basename(path), new Blob([new Uint8Array(await readFile(path))]), basename(path));
  return form;
}

async function scriptAt(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (![".js", ".mjs"].includes(extname(path))) {
    throw new CommandError(
      `${basename(path)} is no .js or .mjs file; give a Python file's --handler, or deploy a folder for other kinds of modules.`,
    );
  }
  return new Uint8Array(await readFile(path));
}
