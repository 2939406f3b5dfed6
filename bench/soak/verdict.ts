import { growthOfSurvivors } from "./memory.ts";
import type { SoakSettings } from "./settings.ts";
import type { SoakResult } from "./soak.ts";

const mostShown = 20;

/** What did not hold, a line each; nothing when all did. */
export function broken(
  result: SoakResult,
  { mostGrowth, isolation }: Pick<SoakSettings, "mostGrowth" | "isolation">,
): string[] {
  const { failures, memory, counters, kills } = result;
  const problems = failures.slice(0, mostShown);
  if (failures.length > mostShown) problems.push(`… and ${failures.length - mostShown} more`);
  const survivors = growthOfSurvivors(memory.before, memory.churned);
  if (survivors.factor > mostGrowth) {
    problems.push(
      `the processes that lived through the churn grew to ${times(survivors.factor)}, at most ${mostGrowth}`,
    );
  }
  const all = memory.after.usual / memory.before.usual;
  if (all > mostGrowth) problems.push(`all processes together grew to ${times(all)}, at most ${mostGrowth}`);
  const frontDeaths = deathsOf(counters.childDeaths, "front");
  if (frontDeaths > kills.front) {
    problems.push(`${frontDeaths} front processes died where ${kills.front} were killed`);
  }
  if (isolation !== "none" && kills.pool === 0) problems.push("no pool process was killed, and some were to be");
  return problems;
}

/** The whole result for a terminal. */
export function report(result: SoakResult): string {
  const { good, hostile, counters, kills, memory, seconds } = result;
  const survivors = growthOfSurvivors(memory.before, memory.churned);
  const mb = (memoryMb: number) => `${Math.round(memoryMb)} MB`;
  const told = (counts: ReadonlyMap<string, number>) => [...counts].map(([what, n]) => `${n} ${what}`).join(", ");
  return [
    `Good functions: ${good.total("sent")} requests sent, ${good.total("answered")} answered`,
    ...indented(good.lines()),
    `Hostile functions: ${hostile.total("sent")} requests sent, ${hostile.total("answered")} answered`,
    ...indented(hostile.lines()),
    `Isolates: at least ${counters.births} births; deaths: ${told(counters.deaths)}`,
    `Processes killed by the soak: ${kills.pool} pool, ${kills.front} front; all ends: ${told(counters.childDeaths)}`,
    "Resident memory at rest:",
    ...indented([
      `after the warm-up                  ${mb(memory.before.total)} in ${memory.before.processes} processes`,
      `after the churn without kills      ${mb(memory.churned.total)} in ${memory.churned.processes} processes`,
      `after the churn with kills         ${mb(memory.after.total)} in ${memory.after.processes} processes`,
      `the ${survivors.processes} processes that lived from the first to the second: ${times(survivors.factor)}`,
      `from the first to the third, without quarantine: ${times(memory.after.usual / memory.before.usual)}`,
    ]),
    `${Math.round(seconds)} s in all`,
  ].join("\n");
}

function deathsOf(deaths: ReadonlyMap<string, number>, kind: string): number {
  return [...deaths].reduce((sum, [what, count]) => (what.startsWith(`${kind} `) ? sum + count : sum), 0);
}

function times(factor: number): string {
  return `${factor.toFixed(2)} ×`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
