import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chart } from "./chart.ts";
import type { ScenarioResult } from "./result.ts";
import { table } from "./table.ts";
import { targetLines } from "./targets.ts";

export async function writeResult(outDir: string, result: ScenarioResult): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, `${result.scenario}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** Makes README.md and chart.svg from all result files, in the given order of scenarios; returns the text for a terminal. */
export async function writeReport(outDir: string, order: readonly string[]): Promise<string> {
  const files = (await readdir(outDir)).filter((file) => file.endsWith(".json"));
  const results = await Promise.all(files.map((file) => readResult(join(outDir, file))));
  results.sort((a, b) => order.indexOf(a.scenario) - order.indexOf(b.scenario));
  const text = `${table(results)}\n\n${targetLines(results).join("\n")}\n`;
  await writeFile(join(outDir, "chart.svg"), chart(results));
  await writeFile(join(outDir, "README.md"), page(results, text));
  return text;
}

async function readResult(path: string): Promise<ScenarioResult> {
  return JSON.parse(await readFile(path, "utf8"));
}

function page(results: readonly ScenarioResult[], text: string): string {
  const machines = new Set(
    results.map(({ machine: m }) => `${m.cores} cores of ${m.cpu}, ${m.memoryGb} GB, ${m.node}`),
  );
  const titles = results.map(({ scenario, title, date }) => `- ${scenario}: ${title} (${date.slice(0, 10)})`);
  return `# Results

Written by \`npm run bench\` on ${[...machines].join("; ")}. Median over alternated rounds, least and most in brackets; the
ratios are of medians of one run. Generator, peers and Islet share the cores, so look at ratios and not at absolute figures.

${text}
![chart](chart.svg)

${titles.join("\n")}
`;
}
