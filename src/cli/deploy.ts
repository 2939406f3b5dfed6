import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
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
    .description("deploy a JavaScript file, or a folder with its manifest in islet.json");
  addSettings(command, "connection").action(async (name: string, path: string, options) => {
    const client = await ControlClient.of(configFrom(options));
    const target = `/v1/functions/${encodeURIComponent(name)}`;
    const answer = (await isFolder(path))
      ? await client.call("PUT", target, await formFromFolder(path))
      : await client.call("PUT", target, await scriptAt(path), "text/javascript");
    const { version, urls, bytes, created, liveMs } = answer as Deployed;
    console.log(
      `${name}: version ${version.slice(0, 12)} ${created ? `live in ${liveMs} ms` : "was live already"}, ${bytes} bytes`,
    );
    for (const url of urls) console.log(`  ${url}`);
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function scriptAt(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (![".js", ".mjs"].includes(extname(path))) {
    throw new CommandError(`${basename(path)} is no .js or .mjs file; deploy a folder for other kinds of modules.`);
  }
  return new Uint8Array(await readFile(path));
}
