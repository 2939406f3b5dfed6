import { accessSync, constants } from "node:fs";

/** Programs of the system that confine others, by path; null where there is none. */
export interface Tools {
  readonly sh: string | null;
  readonly bwrap: string | null;
  readonly setpriv: string | null;
}

/** Not $PATH: what it leads to may be somebody's own. */
const folders = ["/usr/bin", "/bin", "/usr/local/bin"];

export function findTools(): Tools {
  const find = (name: string) => folders.map((folder) => `${folder}/${name}`).find(isExecutable) ?? null;
  return { sh: find("sh"), bwrap: find("bwrap"), setpriv: find("setpriv") };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
