import { Command, CommanderError } from "commander";
import { ConfigError } from "../config.ts";
import type { StartError } from "../core/start-error.ts";
import { CommandError } from "./command-error.ts";
import { remove } from "./delete.ts";
import { deploy } from "./deploy.ts";
import { doctor } from "./doctor.ts";
import { images } from "./images.ts";
import { list } from "./list.ts";
import { placement } from "./placement.ts";
import { rollback } from "./rollback.ts";
import { dev, serve } from "./serve.ts";
import { versions } from "./versions.ts";

const failed = 1;
/** The command line or the configuration is wrong, and nothing was tried. */
const misused = 2;

const program = new Command("islet")
  .description(
    "An edge-style isolate runtime server. Settings come from flags, ISLET_* variables and islet.config.json.",
  )
  .exitOverride();
for (const command of [serve, dev, deploy, list, versions, placement, rollback, remove, images, doctor])
  command(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

/** Writes a failure for people and returns the exit code. */
function tell(error: unknown): number {
  // Commander has written its own message already, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused;
  // The server's code may be in a file of its own, with another class of that name.
  const isStartError = error instanceof Error && error.name === ("StartError" satisfies StartError["name"]);
  if (error instanceof ConfigError || error instanceof CommandError || isStartError) {
    console.error(`islet: ${error.message}`);
    return error instanceof ConfigError ? misused : failed;
  }
  console.error(error);
  return failed;
}
