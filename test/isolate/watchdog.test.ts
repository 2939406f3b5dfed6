import ivm from "isolated-vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Watchdog } from "../../src/isolate/watchdog.ts";

let watchdog: Watchdog;

beforeAll(() => {
  watchdog = new Watchdog();
});
afterAll(() => watchdog.close());

/** Runs code in an isolate under watch. */
function watched() {
  const isolate = new ivm.Isolate({ memoryLimit: 32 });
  const context = isolate.createContextSync();
  const id = watchdog.register(isolate);
  return {
    isolate,
    run(code: string, allowanceMs: number): { ended: boolean; error: string | undefined } {
      let error: string | undefined;
      watchdog.enter(id, allowanceMs);
      try {
        context.evalSync(code);
      } catch (thrown) {
        error = (thrown as Error).message;
      }
      return { ended: watchdog.leave(), error };
    },
  };
}

describe("the watchdog", () => {
  test.each([
    ["a loop", "for (;;);"],
    ["a loop of microtasks", "(async () => { for (;;) await 0; })()"],
    ["a regular expression", "/(a+)+$/.test('a'.repeat(40) + 'b')"],
    ["a loop in what describes an error", "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x')"],
  ])("ends %s", (_, code) => {
    const one = watched();
    expect(one.run(code, 30).ended).toBe(true);
    expect(one.isolate.isDisposed).toBe(true);
  });

  test("leaves alone what ends by itself, however often it is entered", () => {
    const one = watched();
    for (let i = 0; i < 20_000; i++) expect(one.run("1", 1_000)).toEqual({ ended: false, error: undefined });
    expect(one.run("throw new Error('mine')", 1_000)).toEqual({ ended: false, error: "mine" });
    one.isolate.dispose();
  });

  test("ends the one that is entered and no other", () => {
    const before = watched();
    const guilty = watched();
    const after = watched();
    before.run("1", 1_000);
    expect(guilty.run("for (;;);", 30).ended).toBe(true);
    expect(before.run("1", 1_000).ended).toBe(false);
    expect(after.run("1", 1_000).ended).toBe(false);
    before.isolate.dispose();
    after.isolate.dispose();
  });

  test("wakes up when it has slept for want of entries", async () => {
    const one = watched();
    one.run("1", 1_000);
    // Nothing says that it sleeps now; with 10 ms between its looks it does.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(one.run("for (;;);", 30).ended).toBe(true);
  });

  test("learns of isolates while it watches others", () => {
    for (let i = 0; i < 50; i++) {
      const one = watched();
      one.run("1", 1_000);
      one.isolate.dispose();
    }
    expect(watched().run("for (;;);", 30).ended).toBe(true);
  });
});
