import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { addSettings, configFrom } from "./settings-options.ts";

interface FunctionList {
  readonly functions: readonly {
    name: string;
    version: string;
    tier: string;
    bytes: number;
    deployedAt: string;
    urls: readonly string[];
  }[];
}

export function list(program: Command): void {
  addSettings(program.command("list").description("list the functions"), "connection").action(async (options) => {
    const client = await ControlClient.of(configFrom(options));
    const { functions } = (await client.call("GET", "/v1/functions")) as FunctionList;
    for (const { name, version, tier, bytes, deployedAt, urls } of functions) {
      console.log(`${name}  ${version.slice(0, 12)}  ${tier}  ${bytes} bytes  ${deployedAt}  ${urls.join(" ")}`);
    }
  });
}
