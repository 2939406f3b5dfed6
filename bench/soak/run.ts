import { openSync } from "node:fs";
import { parseSoakSettings, usage } from "./settings.ts";
import { soak } from "./soak.ts";
import { broken, report } from "./verdict.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const settings = parsedOrExit();
  if (settings.help) {
    console.log(usage);
    return 0;
  }
  const { logFile } = settings;
  const result = await soak(settings, logFile === undefined ? undefined : openSync(logFile, "w"));
  console.log(report(result));
  const problems = broken(result, settings);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  if (problems.length === 0) console.log("All that must hold held.");
  return problems.length === 0 ? 0 : 1;
}

function parsedOrExit(): ReturnType<typeof parseSoakSettings> {
  try {
    return parseSoakSettings(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
