import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";

const sink = new URL("../../src/core/log-sink.ts", import.meta.url).href;
const program = (rest: string) => `
  import { LogSink } from ${JSON.stringify(sink)};
  const sink = new LogSink(1, "p", 200);
  const write = (lines) => {
    for (let i = 0; i < lines; i++) sink.write(JSON.stringify({ i, text: i % 100 === 0 ? "☃".repeat(3000) : "grüße" }) + "\\n");
  };
  ${rest}`;
const args = (rest: string) => ["--input-type=module", "-e", program(rest)];
const run = (stdout: "pipe" | number) =>
  spawnSync(process.execPath, args("write(5000);"), { stdio: ["ignore", stdout, "inherit"], maxBuffer: 1e8 });
const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { i?: number; lines?: number });
const expected = Array.from({ length: 5000 }, (_, i) => i);

test("a pipe gets every line whole and in order, the last ones at the exit", () => {
  expect(lines(run("pipe").stdout.toString()).map(({ i }) => i)).toEqual(expected);
});

test("so does a file", () => {
  const directory = mkdtempSync(join(tmpdir(), "islet-log-"));
  const path = join(directory, "log");
  const fd = openSync(path, "w");
  try {
    run(fd);
    expect(lines(readFileSync(path, "utf8")).map(({ i }) => i)).toEqual(expected);
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
});

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A process, and what it writes once the test reads that. */
function unread(kind: "socket" | "pipe", rest: string): { writer: ChildProcess; read: () => Promise<string> } {
  const start = (stdout: "pipe" | number) => {
    const writer = spawn(process.execPath, args(rest), { stdio: ["ignore", stdout, "inherit", "ipc"] });
    ends.push(() => writer.kill("SIGKILL"));
    return writer;
  };
  if (kind === "socket") {
    const writer = start("pipe");
    return { writer, read: () => textOf(writer.stdout as Readable) };
  }
  const directory = mkdtempSync(join(tmpdir(), "islet-log-"));
  ends.push(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  // Open for both, so that it has a reader.
  const fd = openSync(path, constants.O_RDWR);
  const writer = start(fd);
  return {
    writer,
    async read() {
      const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "inherit"] });
      const text = textOf(reader.stdout);
      await once(reader.stdout, "readable");
      closeSync(fd);
      return text;
    },
  };
}

const flood = `
  for (let n = 0; n < 20; n++) { write(5000); await new Promise((resolve) => setImmediate(resolve)); }
  process.send(sink.lost);
`;

describe.each(["socket", "pipe"] as const)("when nobody reads the other end of a %s", (kind) => {
  test("whoever writes goes on; what was lost is told once somebody reads", async () => {
    const { writer, read } = unread(kind, `${flood} process.once("message", () => process.disconnect());`);
    const [lost] = (await once(writer, "message")) as [number];
    expect(lost).toBeGreaterThan(10_000);
    const text = read();
    writer.send("go on");
    const all = lines(await text);
    expect(all.find((line) => line.lines !== undefined)).toMatchObject({ lines: lost, level: 40, process: "p" });
    expect(all.filter(({ i }) => i !== undefined)).toHaveLength(20 * 5000 - lost);
  });

  test("an exit does not wait for that", async () => {
    const { writer } = unread(kind, `${flood} process.send(await sink.end()); process.exit(0);`);
    await once(writer, "message");
    expect(await once(writer, "message")).toContain(false);
    expect(await once(writer, "exit")).toEqual(kind === "pipe" ? [0, null] : [null, "SIGKILL"]);
  });
});
