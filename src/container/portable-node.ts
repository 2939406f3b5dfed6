import { chmod, copyFile, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import process from "node:process";
import { librariesOf } from "./image-files.ts";

/** Where it is mounted in a container. */
const mountedAt = "/islet/node";
/** The dynamic linker of glibc and that of musl. */
const linkerName = /^ld-(?:linux|musl)-/;

/** A Node that needs nothing of the image that it runs in. */
export interface PortableNode {
  /** Of this machine; to be mounted. */
  readonly directory: string;
  readonly mountedAt: string;
  /** How it is started there. */
  readonly command: readonly string[];
}

/**
 * Puts this very Node and its shared libraries into a new directory. Its own linker starts it there, so that it
 * runs beside another C library, or none. They are copies: the installed files may be readable for the server's
 * user only.
 */
export async function writePortableNode(directory: string): Promise<PortableNode> {
  const libraries = await librariesOf([process.execPath]);
  const linker = libraries.map((path) => basename(path)).find((name) => linkerName.test(name));
  if (linker === undefined) throw new Error("this machine's Node names no dynamic linker");
  await mkdir(directory, { recursive: true });
  const copies = [["node", process.execPath] as const, ...libraries.map((path) => [basename(path), path] as const)];
  await Promise.all(
    copies.map(async ([name, from]) => {
      await copyFile(from, join(directory, name));
      await chmod(join(directory, name), 0o755);
    }),
  );
  const command = [`${mountedAt}/${linker}`, "--library-path", mountedAt, `${mountedAt}/node`];
  return { directory, mountedAt, command };
}
