import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CommandError } from "./command-error.ts";

const manifestFile = "islet.json";

/**
 * A folder as an upload: islet.json is the manifest, every other file a module named by its path.
 * Hidden files and node_modules stay out.
 */
export async function formFromFolder(folder: string): Promise<FormData> {
  const form = new FormData();
  const paths = (await filesBelow(folder)).toSorted();
  if (paths.length === 0) throw new CommandError(`${folder} has no files to deploy.`);
  for (const path of paths) {
    const name = relative(folder, path).split(sep).join("/");
    const content = new Uint8Array(await readFile(path));
    if (name === manifestFile) form.append("manifest", new Blob([content], { type: "application/json" }), name);
    else form.append(name, new Blob([content]), name);
  }
  return form;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map((entry) => {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
  return (await Promise.all(found)).flat();
}
