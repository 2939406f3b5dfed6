import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const sink = new URL("../../src/server/log-sink.ts", import.meta.url).href;
const program = `
  import { LogSink } from ${JSON.stringify(sink)};
  const sink = new LogSink(1);
  for (let i = 0; i < 5000; i++) sink.write(JSON.stringify({ i, text: i % 100 === 0 ? "☃".repeat(3000) : "grüße" }) + "\\n");
`;
const run = (stdout: "pipe" | number) =>
  spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", stdout, "inherit"],
    maxBuffer: 1e8,
  });
const numbers = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { i: number }).i);
const expected = Array.from({ length: 5000 }, (_, i) => i);

test("a pipe gets every line whole and in order, the last ones at the exit", () => {
  expect(numbers(run("pipe").stdout.toString())).toEqual(expected);
});

test("so does a file", () => {
  const directory = mkdtempSync(join(tmpdir(), "islet-log-"));
  const path = join(directory, "log");
  const fd = openSync(path, "w");
  try {
    run(fd);
    expect(numbers(readFileSync(path, "utf8"))).toEqual(expected);
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
});
