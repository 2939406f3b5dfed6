import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { FrontChild } from "../../src/supervisor/child-kinds.ts";
import { defaultTiming } from "../../src/supervisor/timing.ts";
import { bearFront, frontSettings } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

function started(mode?: string, timers = new ManualTimers()): FrontChild {
  const front = bearFront(mode, timers);
  front.send({ type: "start", settings: frontSettings(front.id, 1), functions: [], list: { pools: [], closed: [] } });
  return front;
}

function signal(child: FrontChild, name: NodeJS.Signals): void {
  if (child.pid === undefined) throw new Error("the child has no pid");
  process.kill(child.pid, name);
}

describe("a child's life", () => {
  test("starts, becomes ready, drains and is gone", async () => {
    const front = started();
    expect(front.state).toBe("starting");
    expect(await front.ready).toEqual({ type: "ready", port: 1 });
    expect(front.state).toBe("ready");
    const gone = front.drain(1_000);
    expect(front.state).toBe("draining");
    expect(await gone).toMatchObject({ reason: "drained", exitCode: 0 });
    expect(front.state).toBe("dead");
  });

  test("names an exit", async () => {
    const front = started("exit");
    expect(await front.ready).toBeNull();
    expect(await front.dead).toMatchObject({ reason: "exited", exitCode: 3, readyMs: 0 });
  });

  test("names a crash by its signal", async () => {
    const front = started();
    await front.ready;
    signal(front, "SIGSEGV");
    expect(await front.dead).toMatchObject({ reason: "crashed", signal: "SIGSEGV" });
  });

  test("kills a child that is not ready in time", async () => {
    const timers = new ManualTimers();
    const front = started("mute", timers);
    timers.advance(defaultTiming.startMs);
    expect(await front.dead).toMatchObject({ reason: "start_timeout", signal: "SIGKILL" });
  });

  test("kills a child that does not drain", async () => {
    const timers = new ManualTimers();
    const front = started("deaf", timers);
    await front.ready;
    const gone = front.drain(1_000);
    timers.advance(1_000);
    expect((await gone).reason).toBe("drain_timeout");
  });

  test("leaves signals to the supervisor", async () => {
    const front = started();
    await front.ready;
    signal(front, "SIGTERM");
    signal(front, "SIGINT");
    const question = (seq: number) => ({ type: "metrics" as const, seq });
    expect(await front.ask("metrics", question, 1_000)).not.toBeNull();
    expect((await front.drain(1_000)).reason).toBe("drained");
  });

  test("ends with its supervisor", async () => {
    const path = fileURLToPath(new URL("./fixtures/lost-parent.ts", import.meta.url));
    const parent = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "inherit"] });
    // The child holds the same pipe: its end means that both are gone.
    expect(await text(parent.stdout)).toMatch(/^\d+\n$/);
    if (parent.exitCode === null && parent.signalCode === null) await once(parent, "exit");
    expect(parent.signalCode).toBe("SIGKILL");
  });
});

describe("the beat", () => {
  test("kills a child that stalls", async () => {
    const timers = new ManualTimers();
    const front = started("", timers);
    await front.ready;
    signal(front, "SIGSTOP");
    timers.advance(defaultTiming.frontStallMs + defaultTiming.frontBeatMs);
    expect(await front.dead).toMatchObject({ reason: "stalled", signal: "SIGKILL" });
  });

  test("spares a child that answers, for however long", async () => {
    const timers = new ManualTimers();
    const front = started("", timers);
    await front.ready;
    const question = (seq: number) => ({ type: "metrics" as const, seq });
    for (let beats = 0; beats < 50; beats += 1) {
      timers.advance(defaultTiming.frontBeatMs);
      // The channel keeps the order: this answer comes after the beat's.
      expect(await front.ask("metrics", question, 60_000)).not.toBeNull();
    }
    expect(front.state).toBe("ready");
    await front.drain(1_000);
  });

  test("is not missed while silence is allowed", async () => {
    const timers = new ManualTimers();
    const front = started("", timers);
    await front.ready;
    front.allowSilence();
    timers.advance(60_000);
    expect(front.state).toBe("ready");
    front.endSilence();
    signal(front, "SIGSTOP");
    timers.advance(defaultTiming.frontStallMs + defaultTiming.frontBeatMs);
    expect((await front.dead).reason).toBe("stalled");
  });
});

describe("a question", () => {
  test("has no answer when the child dies first", async () => {
    const front = started("hold");
    await front.ready;
    const answer = front.ask("published", (seq) => ({ type: "publish", seq, set: null, remove: "a" }), 1_000);
    signal(front, "SIGKILL");
    expect(await answer).toBeNull();
    expect(await front.ask("metrics", (seq) => ({ type: "metrics", seq }), 1_000)).toBeNull();
  });

  test("has no answer when the time is up", async () => {
    const timers = new ManualTimers();
    const front = started("hold", timers);
    await front.ready;
    const answer = front.ask("published", (seq) => ({ type: "publish", seq, set: null, remove: "a" }), 1_000);
    timers.advance(1_000);
    expect(await answer).toBeNull();
    expect(front.state).toBe("ready");
    front.kill("stopped");
    expect((await front.dead).reason).toBe("stopped");
  });
});
