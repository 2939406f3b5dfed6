import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { addSettings, configFrom } from "./settings-options.ts";

interface Line {
  readonly slopeMs: number;
  readonly interceptMs: number;
  readonly observations: number;
}

interface FunctionPlacement {
  readonly group: string;
  readonly instances: readonly {
    kind: string;
    process: string;
    state: string;
    inFlight: number;
    memoryBytes: number | null;
  }[];
  readonly fronts: readonly {
    front: string;
    home: { process: string } | null;
    lines: { balancing: Line; placement: Line } | null;
    queue: { waiting: number; expectedWaitMs: number | null };
    decisions: readonly { kind: string; process: string | null; expectedMs: number; at: string }[];
  }[];
  readonly missing: readonly string[];
}

const mebibyte = 1024 * 1024;

export function placement(program: Command): void {
  const command = program.command("placement <name>").description("show where a function runs now, and why there");
  addSettings(command, "connection").action(async (name: string, options) => {
    const client = await ControlClient.of(configFrom(options));
    const path = `/v1/functions/${encodeURIComponent(name)}/placement`;
    const { group, instances, fronts, missing } = (await client.call("GET", path)) as FunctionPlacement;
    console.log(`group ${group}`);
    for (const { kind, process, state, inFlight, memoryBytes } of instances) {
      const memory = memoryBytes === null ? "" : `  ${(memoryBytes / mebibyte).toFixed(1)} MiB`;
      console.log(`${kind} in ${process}  ${state}  ${inFlight} in flight${memory}`);
    }
    for (const { front, home, lines, queue, decisions } of fronts) {
      const wait = queue.expectedWaitMs === null ? "" : `, expected to wait ${queue.expectedWaitMs.toFixed(1)} ms`;
      console.log(`${front}  home ${home?.process ?? "none"}  ${queue.waiting} waiting${wait}`);
      if (lines) {
        console.log(`  warm: ${equation(lines.balancing)}`);
        console.log(`  new:  ${equation(lines.placement)}`);
      }
      for (const { kind, process, expectedMs, at } of decisions) {
        console.log(`  ${at}  ${kind} in ${process ?? "a process that is gone"}  expected ${expectedMs.toFixed(1)} ms`);
      }
    }
    if (missing.length > 0) console.log(`no answer from ${missing.join(", ")}`);
  });
}

function equation({ slopeMs, interceptMs, observations }: Line): string {
  return `${slopeMs.toFixed(3)} · x + ${interceptMs.toFixed(2)} ms, of ${observations} requests`;
}
