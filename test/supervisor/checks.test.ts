import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultLimits } from "../../src/core/limits.ts";
import { Checks } from "../../src/supervisor/checks.ts";
import type { PoolChild } from "../../src/supervisor/child-kinds.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { killAll, Slot } from "../../src/supervisor/slot.ts";
import { defaultTiming } from "../../src/supervisor/timing.ts";
import { bearPool, bundle } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

let directory: RunDirectory;
let timers: ManualTimers;
let spares: PoolChild[];
let slot: Slot<PoolChild>;
let checks: Checks;

beforeEach(() => {
  directory = new RunDirectory();
  timers = new ManualTimers();
  spares = [];
  slot = new Slot({
    timers,
    bear: () => {
      const pool = bearPool(directory, timers);
      spares.push(pool);
      return pool;
    },
    onDeath: () => timers.advance(100),
  });
  checks = new Checks(slot, timers, defaultTiming);
});

afterEach(async () => {
  await killAll([slot]);
  directory.remove();
});

/** Resolves when the checked bundle has made a file: it is being evaluated. */
async function fileMade(path: string): Promise<void> {
  const watcher = watch(directory.path);
  await new Promise<void>((resolve) => {
    const look = () => existsSync(path) && resolve();
    watcher.on("change", look);
    look();
  });
  watcher.close();
}

describe("a check", () => {
  test("finds nothing or a problem", async () => {
    slot.fill();
    expect(await checks.check(bundle("good.js"))).toBeNull();
    expect(await checks.check(bundle("bad.js"))).toMatchObject({ code: "module_syntax", place: { line: 3 } });
    expect(spares).toHaveLength(1);
  });

  test("that ends the process twice is the bundle's fault", async () => {
    slot.fill();
    expect(await checks.check(bundle("crash.js"))).toMatchObject({ code: "module_crashed" });
    expect(spares).toHaveLength(3);
    expect(await checks.check(bundle("good.js"))).toBeNull();
  });

  test("gets a second chance when the process dies once", async () => {
    slot.fill();
    const once = join(directory.path, "once");
    expect(await checks.check(bundle("crash-once.js", { once }))).toBeNull();
    expect(spares).toHaveLength(2);
  });

  test("that takes too long ends with its process", async () => {
    slot.fill();
    const once = join(directory.path, "begun");
    const verdict = checks.check(bundle("announce-and-wait.js", { once }));
    await fileMade(once);
    timers.advance(defaultLimits.startupMs + defaultTiming.checkGraceMs);
    expect(await verdict).toMatchObject({ code: "module_startup_limit" });
    expect((await spares[0]?.dead)?.reason).toBe("check_timeout");
  });

  test("may hold its process's main thread without being taken for a stall", async () => {
    slot.fill();
    await slot.whenReady();
    const verdict = checks.check(bundle("hang.js"));
    await timers.whenSet(defaultLimits.startupMs + defaultTiming.checkGraceMs);
    expect(spares[0]?.checking).toBe(true);
    timers.advance(defaultTiming.poolStallMs * 1.5);
    timers.advance(defaultLimits.startupMs + defaultTiming.checkGraceMs);
    expect(await verdict).toMatchObject({ code: "module_startup_limit" });
    expect((await spares[0]?.dead)?.reason).toBe("check_timeout");
  });

  test("waits its turn, and the others never notice a guilty one", async () => {
    slot.fill();
    const verdicts = await Promise.all(
      ["good.js", "crash.js", "good.js", "bad.js"].map((main) => checks.check(bundle(main))),
    );
    expect(verdicts.map((problem) => problem?.code ?? null)).toEqual([null, "module_crashed", null, "module_syntax"]);
  });

  test("waits for a spare, but not for ever", async () => {
    const verdict = checks.check(bundle("good.js"));
    const refused = expect(verdict).rejects.toMatchObject({ code: "unavailable" });
    await timers.whenSet(defaultTiming.spareWaitMs);
    timers.advance(defaultTiming.spareWaitMs);
    await refused;
    const later = checks.check(bundle("good.js"));
    slot.fill();
    expect(await later).toBeNull();
  });
});
