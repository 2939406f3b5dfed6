import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { addSettings, configFrom } from "./settings-options.ts";

export function remove(program: Command): void {
  const command = program.command("delete <name>").description("delete a function and all its versions");
  addSettings(command, "connection").action(async (name: string, options) => {
    const client = await ControlClient.of(configFrom(options));
    await client.call("DELETE", `/v1/functions/${encodeURIComponent(name)}`);
    console.log(`${name} is deleted`);
  });
}
