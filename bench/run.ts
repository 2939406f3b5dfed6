import { chosen } from "./chosen.ts";
import { installHint } from "./load/generators.ts";
import type { Peer } from "./peer.ts";
import { allPeers } from "./peers/all.ts";
import { thisMachine } from "./report/machine.ts";
import { writeReport, writeResult } from "./report/write.ts";
import { progress, type Scenario } from "./scenario.ts";
import { allScenarios } from "./scenarios/all.ts";
import { type BenchSettings, parseSettings, usage } from "./settings.ts";

/** No scenario takes half of this; one that hangs must not hold the machine. */
const scenarioMs = 20 * 60_000;

const { list, help, ...settings } = parsedOrExit();
if (help) {
  console.log(usage);
} else if (list) {
  for (const { name, title } of allScenarios) console.log(`${name.padEnd(24)}${title}`);
} else {
  await bench(settings);
}

function parsedOrExit(): ReturnType<typeof parseSettings> {
  try {
    return parseSettings(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

async function bench(settings: BenchSettings): Promise<void> {
  const peers = chosen("peer", allPeers, settings.peers);
  const byDefault = settings.quick ? allScenarios.filter((scenario) => scenario.quick) : allScenarios;
  const scenarios = settings.scenarios.length === 0 ? byDefault : chosen("scenario", allScenarios, settings.scenarios);
  const hint = installHint();
  if (hint !== undefined) progress(hint);

  for (const scenario of scenarios) {
    const able = peers.filter((peer) => scenario.takes(peer));
    if (able.length > 0) await runScenario(scenario, able, settings);
  }
  console.log(
    await writeReport(
      settings.outDir,
      allScenarios.map(({ name }) => name),
    ),
  );
}

async function runScenario(scenario: Scenario, peers: readonly Peer[], settings: BenchSettings): Promise<void> {
  progress(`${scenario.name}: ${scenario.title}`);
  const watchdog = setTimeout(() => {
    progress(`${scenario.name} took longer than ${scenarioMs / 60_000} minutes`);
    process.exit(1);
  }, scenarioMs);
  const date = new Date().toISOString();
  const samples = await scenario.run(peers, settings);
  clearTimeout(watchdog);
  const { scenarios: _, peers: __, outDir: ___, ...counts } = settings;
  const { name, title, main } = scenario;
  await writeResult(settings.outDir, {
    scenario: name,
    title,
    main,
    date,
    machine: thisMachine(),
    settings: counts,
    samples,
  });
}
