import { readdirSync } from "node:fs";
import type { Attack } from "./attack.ts";

const folder = new URL("./attacks/", import.meta.url);

export interface NamedAttack {
  readonly group: string;
  /** The name of its file: "endless-loop" for attacks/loops/endless-loop.ts. */
  readonly name: string;
  readonly attack: Attack;
}

export function attackGroups(): string[] {
  return readdirSync(folder).sort();
}

/** All attacks of a group. */
export async function readAttacks(group: string): Promise<NamedAttack[]> {
  const files = readdirSync(new URL(`${group}/`, folder)).sort();
  return await Promise.all(
    files.map(async (file) => {
      const { default: attack } = (await import(new URL(`${group}/${file}`, folder).href)) as { default: Attack };
      return { group, name: file.slice(0, -".ts".length), attack };
    }),
  );
}
