import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { z } from "zod";
import { archiveOf } from "./archive.ts";
import type { Engine } from "./engine.ts";
import { entriesOf, filesBelow, librariesOf, nameOf } from "./image-files.ts";

const run = promisify(execFile);

/** What a function is written for. */
export type Language = "node" | "python";

/** An image that the engine has, and how its interpreter is started there. */
export interface BaseImage {
  readonly name: string;
  readonly command: readonly string[];
  /** False when the engine had it already. */
  readonly built: boolean;
}

/** On every image that Islet makes. */
export const imageLabel = "islet.image";

/** Parts of Python's library that no function needs, or that belong to this machine. */
const leftOut = new Set(["test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3"]);
const installed = ["site-packages", "dist-packages"];
/** What is for linking Python into programs, or for runs with -O. */
const unneeded = /\.(?:a|opt-[12]\.pyc)$/;

const describePython = `
import json, os, sys, sysconfig
print(json.dumps({
    "program": os.path.realpath(sys.executable),
    "folders": sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}),
}))`;
const pythonDescription = z.object({ program: z.string(), folders: z.array(z.string()) });

/**
 * Makes sure that the engine has the base image of a language: made of this machine's own interpreter and the
 * libraries that it needs, so that no registry has to be reached, and named by what is in it.
 *
 * @throws Error when the machine lacks the interpreter; what the engine's calls throw.
 */
export async function baseImage(engine: Engine, language: Language): Promise<BaseImage> {
  const { program, files, more } = await filesOf(language);
  const name = await imageName(language, files);
  if (await engine.hasImage(name)) return { name, command: [program], built: false };
  const archive = archiveOf(await entriesOf(new Map([...files, ...asTheyAre(await more())])));
  const repository = repositoryOf(language);
  await engine.importImage(repository, name.slice(repository.length + 1), `LABEL ${imageLabel}=${language}`, archive);
  return { name, command: [program], built: true };
}

/** What the engine knows the base image of a language by. @throws Error when the machine lacks the interpreter. */
export async function baseImageName(language: Language): Promise<string> {
  return imageName(language, (await filesOf(language)).files);
}

function filesOf(language: Language): Promise<Program> {
  return language === "node" ? nodeFiles() : pythonFiles();
}

async function imageName(language: Language, files: ReadonlyMap<string, string>): Promise<string> {
  return `${repositoryOf(language)}:${await nameOf(files)}`;
}

function repositoryOf(language: Language): string {
  return `islet/${language}`;
}

interface Program {
  /** Its path in the image. */
  readonly program: string;
  /** Paths in the image, and the files of this machine that they are: those by which it is named. */
  readonly files: ReadonlyMap<string, string>;
  /** Further files, under their own paths. They take longer to find. */
  readonly more: () => Promise<string[]>;
}

/** Node may be installed anywhere, a home directory or /tmp included: in the image it has one place. */
async function nodeFiles(): Promise<Program> {
  const program = "/usr/local/bin/node";
  const files = new Map([[program, process.execPath], ...asTheyAre(await librariesOf([process.execPath]))]);
  return { program, files, more: async () => [] };
}

/** Python finds its library by where it is, so all of it keeps its place. */
async function pythonFiles(): Promise<Program> {
  const { program, folders } = pythonDescription.parse(JSON.parse(await pythonOutput()));
  const without = new Set([...leftOut, ...installed]);
  const all = (await Promise.all(folders.map((folder) => filesBelow(folder, without)))).flat();
  const library = all.filter((file) => !unneeded.test(file));
  const linked = await librariesOf([program]);
  // The C library loads it by itself when a thread ends.
  const unwinder = linked
    .filter((path) => basename(path) === "libc.so.6")
    .map((path) => join(dirname(path), "libgcc_s.so.1"))
    .filter((path) => existsSync(path));
  const native = library.filter((file) => basename(dirname(file)) === "lib-dynload");
  return {
    program,
    files: new Map(asTheyAre([program, ...library, ...linked, ...unwinder])),
    more: () => librariesOf(native),
  };
}

function asTheyAre(paths: readonly string[]): [string, string][] {
  return paths.map((path) => [path, path]);
}

async function pythonOutput(): Promise<string> {
  try {
    // Isolated: what the environment says about modules is not for others.
    return (await run("python3", ["-I", "-c", describePython])).stdout;
  } catch (error) {
    throw new Error("this machine has no python3 that runs, of which the image for Python functions is made", {
      cause: error,
    });
  }
}
