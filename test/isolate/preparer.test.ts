import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Preparer } from "../../src/isolate/preparer.ts";
import { Runtime } from "../../src/isolate/runtime.ts";
import { buildRuntimeSource } from "../../src/isolate/runtime-source.ts";
import { Watchdog } from "../../src/isolate/watchdog.ts";

const runtime = new Runtime(await buildRuntimeSource());
let watchdog: Watchdog;
let preparer: Preparer;

beforeEach(() => {
  watchdog = new Watchdog();
  preparer = new Preparer(runtime, watchdog, 1, 64);
});
afterEach(() => {
  preparer.close();
  watchdog.close();
});

/** Takes one and sees that a tenant could run in it. */
function take(memoryMb: number): void {
  const { isolate, context } = preparer.take(memoryMb);
  expect(context.evalSync("typeof Response")).toBe("function");
  isolate.dispose();
}

test("one is ready some turns of the event loop later, and again when it was taken", async () => {
  for (let i = 0; i < 3; i++) {
    while (preparer.ready < 1) await turn();
    take(64);
    expect(preparer.ready).toBe(0);
  }
});

test("one is given at once, however far the next has come", async () => {
  for (let turns = 0; turns < 8; turns++) {
    for (let i = 0; i < turns; i++) await turn();
    take(64);
    take(64);
  }
});

test("an isolate of another size is made for the asking", async () => {
  while (preparer.ready < 1) await turn();
  take(32);
  expect(preparer.ready).toBe(1);
});

test("closing gives up what is on the way", async () => {
  for (let turns = 0; turns < 8; turns++) {
    const closed = new Preparer(runtime, watchdog, 1, 64);
    for (let i = 0; i < turns; i++) await turn();
    closed.close();
    await turn();
    expect(closed.ready).toBe(0);
  }
});
