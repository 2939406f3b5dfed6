import { afterEach, describe, expect, test } from "vitest";
import type { LiveFunction } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import type { Reply } from "../../src/core/invocation.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { patienceMs } from "../../src/scheduler/patience.ts";
import { WaitingQueue } from "../../src/scheduler/waiting-queue.ts";
import { TestInvocation } from "../contract/test-invocation.ts";

const functionOf = (tenant: string): LiveFunction => ({
  ...{ name: tenant, tenant, group: "shared", versionId: "0".repeat(64), routes: [], limits: defaultLimits },
});
const reply: Reply = {
  status: 200,
  statusText: "",
  headers: "",
  body: null,
  usage: { cold: false, cpuMs: 0, thereMs: 0, startMs: 0 },
};

let nowMs = 0;
let queue = new WaitingQueue(10, () => nowMs);
function setUp(maxLength: number): void {
  nowMs = 1_000;
  queue = new WaitingQueue(maxLength, () => nowMs);
}
afterEach(() => queue.refuse("shared", new IsletError("draining", "over")));

/** What becomes of a request of this tenant that waits. */
function wait(tenant: string, { costMs = 1, untilMs = Number.POSITIVE_INFINITY } = {}): Promise<string> {
  return queue
    .wait("shared", new TestInvocation(functionOf(tenant)), { costMs, untilMs }, async () => reply)
    .then(
      () => "answered",
      (error: IsletError) => error.code,
    );
}

const errorOf = (tenant: string, untilMs: number) =>
  queue
    .wait("shared", new TestInvocation(functionOf(tenant)), { costMs: 1, untilMs }, async () => reply)
    .catch((error: unknown) => error as IsletError);

/** Lets so many go, one each so many milliseconds. */
function drain(count: number, everyMs: number): void {
  for (let left = count; left > 0; left--) {
    nowMs += everyMs;
    let one = 1;
    queue.advance(() => (one-- > 0 ? "go" : "nobody"));
  }
}

describe("the waiting queue", () => {
  test("leaves a tenant no more of its length than there is for the others", async () => {
    setUp(10);
    const flood = Array.from({ length: 10 }, () => wait("flood"));
    expect(queue.length).toBe(5);
    expect(await Promise.all(flood.slice(5))).toEqual(Array(5).fill("overloaded"));
    for (const tenant of ["a", "b", "c"]) void wait(tenant);
    expect(queue.length).toBe(8);
  });

  test("knows by how fast it has moved how long one would wait, and refuses whom that is too long", async () => {
    setUp(1_000);
    for (let i = 0; i < 110; i++) void wait("flood");
    expect(queue.expectedWaitMs("shared", "flood")).toBe(0);
    drain(30, 10);
    // 80 are left, one each ten milliseconds.
    expect(queue.expectedWaitMs("shared", "flood")).toBeCloseTo(800, 0);
    expect(queue.expectedWaitMs("shared", "trickle")).toBeLessThan(50);
    const refused = await errorOf("flood", nowMs + 500);
    expect(refused).toMatchObject({ code: "overloaded", refusal: "deadline" });
    // With a quarter more, since the line may get slower.
    expect((refused as IsletError).retryAfterMs).toBeCloseTo(1.25 * 810 - 500, 0);
    void wait("trickle", { untilMs: nowMs + 500 });
    expect(queue.length).toBe(81);
    expect(await errorOf("flood", nowMs + 1_000)).toMatchObject({ refusal: "deadline" });
    void wait("flood", { untilMs: nowMs + 1_030 });
    expect(queue.length).toBe(82);
  });

  test("does not take the time in which a burst is still being read for a slow line", async () => {
    setUp(2_000);
    for (let i = 0; i < 900; i++) void wait("burst");
    // The answers of what went before come together, when that has been done.
    nowMs += 150;
    drain(60, 0);
    expect(queue.expectedWaitMs("shared", "burst")).toBe(0);
    drain(300, 1);
    expect(queue.expectedWaitMs("shared", "burst")).toBeLessThan(700);
  });

  test("ends the waiting of whose time is up, and says when to come again", async () => {
    setUp(100);
    const late = errorOf("t", nowMs + 5);
    nowMs += 10;
    expect(await late).toMatchObject({ code: "queue_timeout", refusal: "queue_timeout" });
    const lateInTurn = errorOf("t", nowMs + 5);
    nowMs += 10;
    queue.advance(() => "go");
    expect(await lateInTurn).toMatchObject({ code: "queue_timeout" });
    expect(queue.length).toBe(0);
  });

  test("never tells anyone to come again at no time, or never", async () => {
    setUp(2);
    void wait("t");
    for (const tenant of ["t", "u", "v"]) {
      const error = await Promise.race([errorOf(tenant, nowMs - 1), undefined]);
      if (error instanceof IsletError) expect(error.retryAfterMs).toBeGreaterThanOrEqual(0);
      if (error instanceof IsletError) expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
    }
  });

  test("forgets who has gone", async () => {
    setUp(10);
    const invocation = new TestInvocation(functionOf("t"));
    const gone = queue.wait("shared", invocation, { costMs: 1, untilMs: nowMs + 1e9 }, async () => reply);
    invocation.cancel(new IsletError("client_gone", "gone"));
    await expect(gone).rejects.toMatchObject({ code: "client_gone" });
    expect([queue.length, queue.waitingFor("shared"), queue.groups]).toEqual([0, 0, []]);
  });
});

test.each([
  ["Prefer\nwait=10", 10_000],
  ["host\nh\nprefer\nrespond-async, wait=3; foo", 3_000],
  ["prefer\nreturn=minimal\nPREFER\nwait = 2", 2_000],
  ['prefer\nwait="7"', 7_000],
  ["host\nh", undefined],
  ["x-a\nprefer\nwait=1\ny", undefined],
  ["prefer\nawait=1", undefined],
  ["prefer\nwait=-1", undefined],
  ["prefer\n", undefined],
])("%j is a patience of %s ms", (headers, ms) => {
  expect(patienceMs(headers)).toBe(ms);
});
