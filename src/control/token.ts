import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export function tokenPath(dataDir: string): string {
  return join(dataDir, "token");
}

/**
 * The token in `<dataDir>/token`; makes one, readable by its owner only, when there is none.
 * @throws Error when the file cannot be read or written, or is empty.
 */
export async function loadToken(dataDir: string): Promise<string> {
  const path = tokenPath(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const made = randomBytes(32).toString("base64url");
  try {
    await writeFile(path, `${made}\n`, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  // A restored backup may have wider rights than the file was made with.
  await chmod(path, 0o600);
  return readToken(dataDir);
}

/** @throws Error when there is no token in `dataDir`, or an empty one. */
export async function readToken(dataDir: string): Promise<string> {
  const path = tokenPath(dataDir);
  const token = (await readFile(path, "utf8")).trim();
  if (token === "") throw new Error(`The token file ${path} is empty; delete it, and the next start makes a new one.`);
  return token;
}

/** Takes the same time wherever the texts differ. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
