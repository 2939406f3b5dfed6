import type { Command } from "commander";
import type { Finding } from "./doctor/finding.ts";
import { addSettings, configFrom } from "./settings-options.ts";

export function doctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("look at what Islet needs on this machine, and say what to install or to set")
    .option("--json", "as JSON");
  addSettings(command, "all").action(async ({ json, ...options }: Record<string, string> & { json?: string }) => {
    // Loaded only here, with most of the server: the other commands start in half the time without it.
    const { examine } = await import("./doctor/examine.ts");
    const findings = await examine(configFrom(options));
    const isWell = findings.every(({ state }) => state !== "fail");
    if (json) console.log(JSON.stringify({ ok: isWell, findings }, null, 2));
    else for (const finding of findings) console.log(inWords(finding));
    if (!isWell) process.exitCode = 1;
  });
}

function inWords({ check, state, message, remedy }: Finding): string {
  const line = `${state.padEnd(4)}  ${check}: ${message}`;
  return remedy === null ? line : `${line}\n      ${remedy}`;
}
