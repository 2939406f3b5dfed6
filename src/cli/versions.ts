import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { addSettings, configFrom } from "./settings-options.ts";

interface VersionList {
  readonly versions: readonly {
    id: string;
    bytes: number;
    tier: string;
    placement: { why: string | null };
    createdAt: string;
    live: boolean;
  }[];
}

export function versions(program: Command): void {
  const command = program
    .command("versions <name>")
    .description("list a function's versions, the latest deployed first");
  addSettings(command, "connection").action(async (name: string, options) => {
    const client = await ControlClient.of(configFrom(options));
    const { versions } = (await client.call(
      "GET",
      `/v1/functions/${encodeURIComponent(name)}/versions`,
    )) as VersionList;
    // Whole ids, since rollback takes them.
    for (const { id, bytes, tier, placement, createdAt, live } of versions) {
      console.log(`${id}  ${tier}  ${bytes} bytes  ${createdAt}${live ? "  live" : ""}`);
      if (placement.why !== null) console.log(`  in a container: ${placement.why}`);
    }
  });
}
