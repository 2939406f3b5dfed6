import { type HostOps, hostOpNames } from "./ops.ts";

/** The host's ops, set once when the runtime boots and before any tenant code runs. */
export let host: HostOps;

export function connectHost(ops: readonly unknown[]): void {
  const table: Record<string, unknown> = Object.create(null);
  for (let i = 0; i < hostOpNames.length; i++) table[hostOpNames[i] as string] = ops[i];
  host = Object.freeze(table) as unknown as HostOps;
}
