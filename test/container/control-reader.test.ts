import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readControl } from "../../src/container/control-reader.ts";

/** What is told of these bytes, and whether the connection outlives them. */
async function read(...sent: string[]): Promise<{ told: unknown[][]; open: boolean }> {
  const told: unknown[][] = [];
  const tell =
    (what: string) =>
    (...args: unknown[]) =>
      void told.push([what, ...args]);
  const stream = new PassThrough();
  readControl(stream as unknown as Socket, {
    ...{ onReady: tell("ready"), onLoadFailure: tell("failed"), onLog: tell("log"), onBackground: tell("background") },
    ...{ onLines: tell("lines"), onEnd: () => undefined },
  });
  for (const text of sent) {
    stream.write(text);
    await new Promise(setImmediate);
  }
  return { told, open: !stream.destroyed };
}

const line = (message: unknown) => `${JSON.stringify(message)}\n`;

test("every kind of message is told, with the lines up to it", async () => {
  const log = line({ type: "log", request: null, level: "warn", text: "é" });
  const messages = [
    line({ type: "ready" }),
    line({ type: "failed", problem: "threw", message: "m", detail: "d" }) + log.slice(0, 10),
    log.slice(10) + line({ type: "log", request: "r", level: "debug", text: "" }),
    line({ type: "background", running: true, more: 1 }),
  ];
  expect(await read(...messages)).toEqual({
    told: [
      ["ready"],
      ["lines", 1],
      ["failed", "threw", "m", "d"],
      ["lines", 2],
      ["log", null, "warn", "é"],
      ["log", "r", "debug", ""],
      ["lines", 4],
      ["background", true],
      ["lines", 5],
    ],
    open: true,
  });
});

test.for([
  ["no JSON", "{\n"],
  ["no object", line(null)],
  ["a list", line(["ready"])],
  ["another type", line({ type: "end" })],
  ["no type", line({})],
  ["an unknown problem", line({ type: "failed", problem: "toString", message: "", detail: "" })],
  ["no message", line({ type: "failed", problem: "threw", detail: "" })],
  ["a detail that is no text", line({ type: "failed", problem: "threw", message: "", detail: 1 })],
  ["no request", line({ type: "log", level: "info", text: "" })],
  ["an unknown level", line({ type: "log", request: null, level: "trace", text: "" })],
  ["no text", line({ type: "log", request: null, level: "info" })],
  ["running that is no boolean", line({ type: "background", running: 1 })],
  ["a line too long", `"${"x".repeat(200_000)}`],
] as const)("%s ends the connection and tells nothing", async ([, text]) => {
  const { told, open } = await read(text);
  expect(told.filter(([what]) => what !== "lines")).toEqual([]);
  expect(open).toBe(false);
});
