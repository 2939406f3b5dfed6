import type { Command } from "commander";
import type { Language } from "../container/base-images.ts";
import type { Engine } from "../container/engine.ts";
import { EngineRefusal, EngineUnreachable } from "../container/engine-errors.ts";
import { CommandError } from "./command-error.ts";
import { addSettings, configFrom } from "./settings-options.ts";

const languages: readonly Language[] = ["node", "python"];

export function images(program: Command): void {
  const group = program.command("images").description("the base images of functions in containers");
  const command = group
    .command("build")
    .description("make them of this machine's own Node and Python, ahead of the first function that needs them");
  addSettings(command, "engine").action(async (options) => {
    const { dockerHost } = configFrom(options);
    // Loaded only here, as what the server consists of: the other commands start faster without them.
    const [{ baseImage }, { Engine }] = await Promise.all([
      import("../container/base-images.ts"),
      import("../container/engine.ts"),
    ]);
    let engine: Engine | undefined;
    try {
      engine = new Engine(dockerHost);
      for (const language of languages) {
        const startedAtMs = performance.now();
        const { name, built } = await baseImage(engine, language);
        const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
        console.log(built ? `${name} built in ${seconds} s` : `${name} is there already`);
      }
    } catch (error) {
      if (error instanceof EngineUnreachable || error instanceof EngineRefusal) {
        throw new CommandError(error.message, { cause: error });
      }
      throw error;
    } finally {
      await engine?.close();
    }
  });
}
