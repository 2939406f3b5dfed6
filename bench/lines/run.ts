import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { steadyGets } from "../load/steady-gets.ts";
import { type BenchFunction, manyFunctions } from "../peer.ts";
import { type RunningIslet, startIslet } from "../peers/islet.ts";
import { type Panel, type Seen, scatter } from "./scatter.ts";

/**
 * Loads a server with more and more requests at a time, reads what a front has learnt by
 * GET /v1/functions/{name}/placement, and draws its lines with what they were learnt from.
 */

const { values } = parseArgs({ options: { out: { type: "string" }, seconds: { type: "string", default: "1" } } });
const outDir = values.out ?? fileURLToPath(new URL("../results/lines/", import.meta.url));
const stepMs = Number(values.seconds) * 1_000;

/** Twice: the line forgets, and is to have seen all of it lately. */
const inFlight = [1, 2, 4, 8, 12, 16, 1, 2, 4, 8, 12, 16];
const looksAStep = 5;
const coldsAStep = 10;

interface Line {
  readonly slopeMs: number;
  readonly interceptMs: number;
}
interface FrontView {
  readonly lines: { readonly balancing: Line; readonly placement: Line } | null;
  readonly typical: { readonly placement: Line } | null;
  readonly observations: readonly { readonly cold: boolean; readonly inFlight: number; readonly tookMs: number }[];
}

const hot: BenchFunction = { name: "hot", kind: "compute" };
const colds = manyFunctions(inFlight.length * coldsAStep);
// One process, so that what is in flight there is what is sent.
const running = await startIslet([hot, ...colds], { settings: { POOLS: 1, PREWARM: "off" } });
try {
  const panels = [await balancing(running), await placement(running)];
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, "lines.svg"), scatter(panels));
  writeFileSync(join(outDir, "lines.json"), `${JSON.stringify(panels)}\n`);
  for (const { title, line, seen } of panels) {
    console.log(`${title}: ${line.slopeMs.toFixed(3)} · x + ${line.interceptMs.toFixed(2)} ms, ${seen.length} seen`);
  }
} finally {
  await running.stop();
}

async function balancing(server: RunningIslet): Promise<Panel> {
  const seen: Seen[] = [];
  for (const connections of inFlight) {
    const load = steadyGets(server.url(hot.name), connections);
    for (let look = 0; look < looksAStep; look++) {
      await delay(stepMs / looksAStep);
      seen.push(...(await seenOf(server, hot.name, false)));
    }
    await load.end();
  }
  const line = (await viewOf(server, hot.name)).lines?.balancing;
  return { title: "i: one function that computes, warm", xLabel: "requests in flight", seen, line: known(line) };
}

/** Each of the cold functions has one cold start: what is learnt of all of them is what is typical. */
async function placement(server: RunningIslet): Promise<Panel> {
  const seen: Seen[] = [];
  const left = [...colds];
  let line: Line | undefined;
  for (const connections of inFlight) {
    const load = steadyGets(server.url(hot.name), connections);
    for (const { name } of left.splice(0, coldsAStep)) {
      const answer = await fetch(server.url(name));
      await answer.arrayBuffer();
      seen.push(...(await seenOf(server, name, true)));
      line = (await viewOf(server, name)).typical?.placement;
    }
    await load.end();
  }
  return { title: "h: hello functions, each started once", xLabel: "requests in flight", seen, line: known(line) };
}

async function seenOf(server: RunningIslet, name: string, cold: boolean): Promise<Seen[]> {
  const { observations } = await viewOf(server, name);
  return observations.filter((one) => one.cold === cold).map(({ inFlight, tookMs }) => ({ x: inFlight, ms: tookMs }));
}

async function viewOf(server: RunningIslet, name: string): Promise<FrontView> {
  const [view] = (await server.placement(name)).fronts as FrontView[];
  if (!view) throw new Error("no front has answered in time");
  return view;
}

function known(line: Line | undefined): Line {
  if (!line) throw new Error("the front has learnt no line");
  return line;
}
