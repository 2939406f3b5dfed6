import { isletRuntime } from "./islet.ts";
import { processForEach } from "./process-for-each.ts";
import type { Runtime } from "./runtime.ts";
import { workerdRuntime } from "./workerd.ts";

/** By the names that the command line takes. */
export const runtimes: Readonly<Record<string, () => Promise<Runtime>>> = {
  islet: isletRuntime,
  node: () => processForEach("Node", process.execPath, ["--no-warnings"]),
  deno: () => processForEach("Deno", process.env.DENO ?? "deno", ["run", "--quiet", "--no-check", "--allow-all"]),
  workerd: workerdRuntime,
};
