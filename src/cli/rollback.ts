import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { addSettings, configFrom } from "./settings-options.ts";

export function rollback(program: Command): void {
  const command = program
    .command("rollback <name> [version]")
    .description("make the version before live again, or the one that is named");
  addSettings(command, "connection").action(async (name: string, version: string | undefined, options) => {
    const client = await ControlClient.of(configFrom(options));
    const path = `/v1/functions/${encodeURIComponent(name)}/rollback`;
    const answer = await client.call("POST", path, JSON.stringify({ version }), "application/json");
    console.log(`${name}: version ${(answer as { version: string }).version} is live`);
  });
}
