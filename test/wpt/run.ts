import { writeFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { areas } from "./areas.ts";
import { conformanceTable, writeConformance } from "./conformance.ts";
import { differences, readExpectations, writeExpectations } from "./expectations.ts";
import { type RunningOrigin, startOrigin } from "./origin/origin.ts";
import { counts, type Results, writeResults } from "./results.ts";
import { runtimes } from "./runtimes/all.ts";
import type { Runtime } from "./runtimes/runtime.ts";
import { testsOf, type WptTest } from "./test-files.ts";
import { type TestReport, testModule } from "./test-module.ts";

const usage = `WPT_DIR=… npm run wpt -- [--area NAME]… [--file TEXT] [--runtime NAME]… [--jobs N] [--update] [--show] [--json FILE]
  --area     one area of docs/conformance.md; may be given again
  --file     only tests whose path has this text
  --runtime  ${Object.keys(runtimes).join(", ")} (islet); may be given again. Deno is what DENO names, or deno on the path
  --jobs     tests at the same time (3)
  --update   what was seen is what is expected from now on; writes docs/conformance.md
  --show     each subtest that does not pass, with its message
  --json     all reports, as a file`;

const { values } = parseArgs({
  options: {
    area: { type: "string", multiple: true, default: [] },
    file: { type: "string", default: "" },
    runtime: { type: "string", multiple: true, default: ["islet"] },
    jobs: { type: "string", default: "3" },
    update: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const checkout = process.env.WPT_DIR;
if (values.help || !checkout) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const chosen = areas.filter(({ name }) => values.area.length === 0 || values.area.includes(name));
const tests = chosen.flatMap((area) => testsOf(checkout, area)).filter(({ id }) => id.includes(values.file));
const origin = await startOrigin(checkout);
let bad = tests.length === 0;
for (const name of values.runtime) {
  const runtime = await startRuntime(name);
  try {
    const reports = await runAll(runtime, origin);
    bad = finish(runtime, reports) || bad;
    if (values.json) await writeFile(values.json, JSON.stringify(Object.fromEntries(reports), null, 1));
  } finally {
    await runtime.stop();
  }
}
await origin.stop();
process.exitCode = bad ? 1 : 0;

function startRuntime(name: string): Promise<Runtime> {
  const start = runtimes[name];
  if (!start) throw new Error(`no runtime is called ${name}: ${Object.keys(runtimes).join(", ")}`);
  return start();
}

async function runAll(runtime: Runtime, { url }: RunningOrigin): Promise<Map<string, TestReport>> {
  const reports = new Map<string, TestReport>();
  const queue = [...tests];
  const work = async (): Promise<void> => {
    for (let test = queue.shift(); test; test = queue.shift()) {
      reports.set(test.id, withoutPort(await runtime.run(testModule(checkout as string, test, url)), url));
      show(test, reports.get(test.id) as TestReport);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return reports;
}

/** Some name their subtests by their address, of which the port is another in each run. */
function withoutPort({ subtests, ...report }: TestReport, url: string): TestReport {
  const { port } = new URL(url);
  return { ...report, subtests: subtests.map((one) => ({ ...one, name: one.name.replaceAll(`:${port}`, "") })) };
}

function show({ id }: WptTest, { subtests, error }: TestReport): void {
  if (!values.show) return;
  if (error !== undefined) console.log(`${id}: ${error.slice(0, 500)}`);
  for (const { name, status, message } of subtests) {
    if (status !== "pass") console.log(`${id} | ${name} | ${status}: ${message?.slice(0, 300) ?? ""}`);
  }
}

/** Compares or updates, and says so. True when something is not as it should be. */
function finish(runtime: Runtime, reports: ReadonlyMap<string, TestReport>): boolean {
  const tested = Object.fromEntries([...reports].map(([id, report]) => [id, counts(report)]));
  const { name, version } = runtime;
  const results: Results = { [name]: { version, tests: tested } };
  console.log(conformanceTable(results));
  if (values.update) writeConformance(writeResults(name, version, reports));
  if (name !== "Islet") return false;
  if (values.update) {
    const unexplained = writeExpectations(reports);
    for (const line of unexplained) console.log(`no reason is known: ${line}`);
    return unexplained.length > 0;
  }
  const expected = readExpectations();
  const lines = [...reports].flatMap(([id, report]) => differences(id, report, expected[id]));
  for (const line of lines) console.log(line);
  return lines.length > 0;
}
