import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { text } from "node:stream/consumers";

/**
 * `npm run check`: runs the scripts check:* of package.json, as many at a time as there are cores, and shows what each has
 * said when it is over. Fails when one fails, after all have been run.
 */
const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  scripts: Record<string, string>;
};
const waiting = Object.keys(scripts).filter((name) => name.startsWith("check:"));

async function run(name: string): Promise<void> {
  const startedAtMs = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  console.log(`${name}: ${code === 0 ? "fine" : "FAILED"}, ${seconds} s`);
  process.stdout.write(`${out}${errors}`);
  if (code !== 0) process.exitCode = 1;
}

async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
