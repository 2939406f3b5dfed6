import type { Command } from "commander";
import { banner } from "./banner.ts";
import { addSettings, configFrom } from "./settings-options.ts";

export function serve(program: Command): void {
  addSettings(program.command("serve").description("start the server"), "all").action((options) => run(options, false));
}

export function dev(program: Command): void {
  const command = program.command("dev").description("start the server with the samples deployed");
  addSettings(command, "all").action((options) => run(options, true));
}

async function run(options: Record<string, string>, samples: boolean): Promise<void> {
  const config = configFrom(options);
  // Loaded only here: the other commands need nothing of the server and start faster without it.
  const [{ loadSupervisor }, { stopOnSignals }] = await Promise.all([
    import("../processes/load-supervisor.ts"),
    import("../processes/signals.ts"),
  ]);
  const { runSupervisor } = await loadSupervisor();
  const starting = runSupervisor(config, { samples });
  stopOnSignals(starting);
  // stdout is for the log lines.
  process.stderr.write(banner(await starting, config));
}
