import { createRequire } from "node:module";
import { supervisorCode } from "./process-code.ts";

/**
 * Loads the supervisor: from one file, or from its sources where none can be kept. The file has classes of its own, so that
 * what it throws is known by its name and not by its class.
 */
export async function loadSupervisor(): Promise<typeof import("./supervisor.ts")> {
  const file = await supervisorCode();
  if (file === null) return import("./supervisor.ts");
  return createRequire(import.meta.url)(file) as typeof import("./supervisor.ts");
}
