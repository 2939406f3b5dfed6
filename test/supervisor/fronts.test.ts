import { EventEmitter, once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { isolateKey } from "../../src/core/deployment.ts";
import type { FrontChild } from "../../src/supervisor/child-kinds.ts";
import type { Death } from "../../src/supervisor/death.ts";
import { Fronts } from "../../src/supervisor/fronts.ts";
import { systemTimers, type Timers } from "../../src/supervisor/timers.ts";
import { defaultTiming } from "../../src/supervisor/timing.ts";
import { bearFront, frontSettings, liveFunction } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

const fn = liveFunction;
let running: Fronts | undefined;

/** Fronts of which each birth takes the next mode; the last one goes for all that follow. */
function frontsWith(count: number, modes: string[], timers: Timers = systemTimers) {
  const births: FrontChild[] = [];
  const deaths: Death[] = [];
  const reports: object[] = [];
  const events = new EventEmitter();
  const fronts: Fronts = new Fronts(
    {
      count,
      port: 0,
      timers,
      timing: defaultTiming,
      bear: () => {
        const front = bearFront(modes[Math.min(births.length, modes.length - 1)], timers, (report) => {
          reports.push(report);
          events.emit("report");
        });
        births.push(front);
        events.emit("birth");
        return front;
      },
      settings: frontSettings,
      onDeath: (_front, death) => deaths.push(death),
      mayFallBack: () => false,
      groupOf: () => "shared",
    },
    [fn("old", "1")],
  );
  running = fronts;
  return { fronts, births, deaths, events, reports };
}

/** What a front knows: its functions with their versions, and its pools. */
async function knowledge(front: FrontChild | undefined): Promise<unknown> {
  const answer = await front?.ask("metrics", (seq) => ({ type: "metrics", seq }), 10_000);
  const [metric] = (answer?.metrics ?? []) as { values: { labels: object }[] }[];
  return metric?.values[0]?.labels;
}

afterEach(() => running?.kill());

describe("fronts", () => {
  test("share the port that the first one chose, and know the functions", async () => {
    const { fronts, births } = frontsWith(2, [""]);
    expect(await fronts.start()).toBe(40_000);
    expect(fronts.readyCount).toBe(2);
    expect((await births[1]?.ready)?.port).toBe(40_000);
    expect(await knowledge(births[0])).toEqual({ old: "1", pools: "" });
  });

  test("know a version by the key of any of its isolates, whatever limits hold there", () => {
    const { fronts } = frontsWith(1, [""]);
    for (const limitsId of [undefined, "lower"]) {
      const key = isolateKey({ ...fn("old", "1"), ...(limitsId !== undefined && { limitsId }) });
      expect(fronts.versionOf(key)).toMatchObject({ name: "old", versionId: "1" });
    }
    expect(fronts.versionOf(isolateKey(fn("old", "2")))).toBeUndefined();
  });

  test("that die at the start make it fail, in words", async () => {
    const { fronts } = frontsWith(1, ["exit"]);
    await expect(fronts.start()).rejects.toThrow("a front process did not start: it exited with 3");
  });

  test("of which one asks to be replaced serve until its successor is up", async () => {
    const { fronts, births, deaths, events, reports } = frontsWith(1, ["", "slow"]);
    const reported = once(events, "report");
    await fronts.start();
    const [first] = births;
    if (!first) throw new Error("no front was born");
    const retired = fronts.retire(first, 10_000);
    // A second time, which changes nothing.
    await fronts.retire(first, 10_000);
    expect(births).toHaveLength(2);
    expect(first.state).toBe("ready");
    // Both hear of changes; with it the slow one is up.
    await fronts.publish({ set: fn("new", "1") });
    await reported;
    expect(reports).toEqual([{ type: "drained" }]);
    first.kill("retired");
    await retired;
    expect(deaths.map(({ reason }) => reason)).toEqual(["retired"]);
    expect(fronts.children).toEqual([births[1]]);
    expect(await knowledge(births[1])).toEqual({ old: "1", new: "1", pools: "" });
  });

  test("of which one asks to be replaced serve on when the successor dies at its start", async () => {
    const { fronts, births, events, reports } = frontsWith(1, ["", "exit", "slow"]);
    const reported = once(events, "report");
    await fronts.start();
    const [first] = births;
    if (!first) throw new Error("no front was born");
    const retired = fronts.retire(first, 10_000);
    expect(fronts.readyCount).toBe(1);
    const third = once(events, "birth");
    await births[1]?.dead;
    await third;
    expect(await knowledge(first)).toEqual({ old: "1", pools: "" });
    expect(reports).toEqual([]);
    expect(fronts.readyCount).toBe(1);
    await fronts.publish({ set: fn("new", "1") });
    await reported;
    expect(fronts.readyCount).toBe(1);
    first.kill("retired");
    await retired;
  });

  test("that ask to be replaced again and again wait for it longer and longer, and serve meanwhile", async () => {
    const timers = new ManualTimers();
    const { fronts, births, events } = frontsWith(1, [""], timers);
    await fronts.start();
    for (const delayMs of [0, 100, 200]) {
      const asking = births.at(-1);
      if (!asking) throw new Error("no front was born");
      const count = births.length;
      const told = once(events, "report");
      void fronts.retire(asking, 60_000);
      if (delayMs > 0) {
        expect(births).toHaveLength(count);
        expect([fronts.readyCount, asking.state]).toEqual([1, "ready"]);
        expect(await knowledge(asking)).toEqual({ old: "1", pools: "" });
        timers.advance(delayMs);
      }
      expect(births).toHaveLength(count + 1);
      await told;
    }
    // One that dies while its successor is put off has it at once.
    const last = births.at(-1);
    const count = births.length;
    const retired = last && fronts.retire(last, 60_000);
    last?.kill("stalled");
    await last?.dead;
    await births[count]?.ready;
    await retired;
    expect(births).toHaveLength(count + 1);
  });

  test("that ask to be replaced one after the other are no more at a time than twice as many as there are to be", async () => {
    const { fronts, births, deaths, events, reports } = frontsWith(1, [""]);
    await fronts.start();
    for (let i = 0; i < 4; i++) {
      const front = births[i];
      if (!front) throw new Error("no front was born");
      const told = once(events, "report");
      void fronts.retire(front, 60_000);
      await births[i + 1]?.ready;
      await told;
      // The one before has had its time.
      await births[i - 1]?.dead;
      expect(fronts.children.map(({ state }) => state)).toEqual(["ready", "ready"]);
    }
    expect(reports).toHaveLength(4);
    expect(deaths.map(({ reason }) => reason)).toEqual(["retired", "retired", "retired"]);
  });

  test("become more, on the same port and with the same knowledge, and fewer without a loss", async () => {
    const { fronts, births, deaths, events, reports } = frontsWith(1, [""]);
    await fronts.start();
    expect(await fronts.add()).toBe(true);
    expect([fronts.count, fronts.readyCount]).toEqual([2, 2]);
    expect((await births[1]?.ready)?.port).toBe(40_000);
    await fronts.publish({ set: fn("new", "1") });
    expect(await knowledge(births[1])).toEqual({ old: "1", new: "1", pools: "" });
    expect(fronts.settled()).toEqual(births);

    const reported = once(events, "report");
    fronts.remove(60_000);
    expect([fronts.count, fronts.readyCount]).toEqual([1, 1]);
    expect(fronts.settled()).toBeNull();
    await reported;
    expect(reports).toEqual([{ type: "drained" }]);
    // It hears of changes while it answers.
    expect(fronts.children).toEqual(births);
    await fronts.publish({ remove: "new" });
    expect(await knowledge(births[1])).toEqual({ old: "1", pools: "" });
    births[1]?.kill("retired");
    await births[1]?.dead;
    expect(deaths.map(({ reason }) => reason)).toEqual(["retired"]);
    expect(fronts.settled()).toEqual([births[0]]);
    expect(births).toHaveLength(2);
  });

  test("become no more when the new one dies before it is up", async () => {
    const { fronts, births } = frontsWith(1, ["", "exit", ""]);
    await fronts.start();
    expect(await fronts.add()).toBe(false);
    expect(fronts.children).toEqual([births[0]]);
    expect(fronts.settled()).toEqual([births[0]]);
  });

  test("are told of pools", async () => {
    const { fronts, births } = frontsWith(1, [""]);
    await fronts.start();
    fronts.setPools({ pools: [{ id: "p1", group: "shared", place: 0, socketPath: "/x" }], closed: [] });
    expect(await knowledge(births[0])).toEqual({ old: "1", pools: "p1" });
    births[0]?.kill("stopped");
    await births[0]?.dead;
    await births[1]?.ready;
    expect(await knowledge(births[1])).toEqual({ old: "1", pools: "p1" });
  });

  test("tell of pool processes that send what none of ours sends", async () => {
    const { fronts, events, reports } = frontsWith(1, ["tell"]);
    await fronts.start();
    const told = once(events, "report");
    fronts.setPools({ pools: [{ id: "p1", group: "shared", place: 0, socketPath: "/x" }], closed: [] });
    await told;
    expect(reports).toMatchObject([{ type: "forged", pool: "p1", message: "on purpose" }]);
  });

  test("drain and are not replaced", async () => {
    const { fronts, births, deaths } = frontsWith(2, [""]);
    await fronts.start();
    await fronts.drain(10_000);
    expect(births.map((front) => front.state)).toEqual(["dead", "dead"]);
    expect(deaths.map((death) => death.reason)).toEqual(["drained", "drained"]);
    expect(births).toHaveLength(2);
  });
});

describe("publish", () => {
  test("reaches every front before it resolves", async () => {
    const { fronts, births } = frontsWith(2, [""]);
    await fronts.start();
    await fronts.publish({ set: fn("new", "7") });
    await fronts.publish({ remove: "old" });
    for (const front of births) expect(await knowledge(front)).toEqual({ new: "7", pools: "" });
    expect(fronts.live("new")).toEqual(fn("new", "7"));
    expect(fronts.live("old")).toBeUndefined();
  });

  test("is not held up by a front that dies, and the next one has the change", async () => {
    const { fronts, births, deaths } = frontsWith(2, ["", "hold", ""]);
    await fronts.start();
    const published = fronts.publish({ set: fn("new", "7") });
    births[1]?.kill("stopped");
    await published;
    expect(deaths).toHaveLength(1);
    await births[2]?.ready;
    expect(await knowledge(births[0])).toEqual({ old: "1", new: "7", pools: "" });
    expect(await knowledge(births[2])).toEqual({ old: "1", new: "7", pools: "" });
  });

  test("is awaited from a front that is still starting", async () => {
    // The second front becomes ready only by the change that is made while it starts.
    const { fronts, births, events } = frontsWith(2, ["", "slow"]);
    const port = fronts.start();
    await once(events, "birth");
    const [, second] = births;
    expect(second?.state).toBe("starting");
    await fronts.publish({ set: fn("new", "7") });
    await port;
    expect(await knowledge(second)).toEqual({ old: "1", new: "7", pools: "" });
  });

  test("waits longer for a front that is still starting", async () => {
    const timers = new ManualTimers();
    const { fronts, births, deaths } = frontsWith(1, ["slow"], timers);
    const port = fronts.start();
    const published = fronts.publish({ set: fn("new", "7") });
    timers.advance(defaultTiming.publishMs);
    await Promise.all([published, port]);
    expect(births[0]?.state).toBe("ready");
    expect(deaths).toEqual([]);
  });

  test("kills a front that does not take the change over", async () => {
    const timers = new ManualTimers();
    const { fronts, births, deaths } = frontsWith(1, ["hold", ""], timers);
    await fronts.start();
    const [holding] = births;
    holding?.allowSilence();
    const published = fronts.publish({ set: fn("new", "7") });
    timers.advance(defaultTiming.publishMs);
    await published;
    expect(holding?.state).toBe("dead");
    expect(deaths.map((death) => death.reason)).toEqual(["unresponsive"]);
    await births[1]?.ready;
    expect(await knowledge(births[1])).toEqual({ old: "1", new: "7", pools: "" });
  });
});
