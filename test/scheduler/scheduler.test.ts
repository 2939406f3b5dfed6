import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { LiveFunction, PoolGroup } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import { type Executor, NotTaken } from "../../src/core/executor.ts";
import type { Invocation, Reply } from "../../src/core/invocation.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { HashRing, hashOf } from "../../src/scheduler/hash-ring.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { WaitingQueue } from "../../src/scheduler/waiting-queue.ts";
import { TestInvocation } from "../contract/test-invocation.ts";

const fn: LiveFunction = {
  name: "f",
  tenant: "default",
  group: "shared",
  versionId: "0".repeat(64),
  routes: [],
  limits: defaultLimits,
};
const reply: Reply = {
  status: 200,
  statusText: "",
  headers: "",
  body: null,
  usage: { cold: false, cpuMs: 0, thereMs: 0, startMs: 0 },
};

/** An executor whose requests end when the test says so. */
class ManualExecutor implements Executor {
  readonly tier = "isolate";
  readonly id: string;
  readonly got: {
    invocation: Invocation;
    mayRefuse: boolean;
    answer: (reply: Reply) => void;
    fail: (error: Error) => void;
  }[] = [];
  room: number;
  /** Whether what it has had not begun. */
  behind = false;
  #inFlight = 0;

  constructor(id: string, room = Number.POSITIVE_INFINITY) {
    this.id = id;
    this.room = room;
  }

  load() {
    const notBegun = this.behind ? this.#inFlight : 0;
    return { inFlight: this.#inFlight, others: 0, notBegun, room: this.room - this.#inFlight };
  }

  execute(invocation: Invocation, mayRefuse = false): Promise<Reply> {
    this.#inFlight++;
    return new Promise<Reply>((resolve, reject) => {
      this.got.push({ invocation, mayRefuse, answer: resolve, fail: reject });
    }).finally(() => this.#inFlight--);
  }
}

function setUp(executors: ManualExecutor[], queueLength = 10, queueMs = 60_000) {
  const scheduler = new Scheduler({
    queue: new WaitingQueue(queueLength),
    queueMs,
    groupOf: ({ group }) => group,
    onWanted: () => undefined,
    fallback,
  });
  const placed = executors.map((executor, place) => ({ group: "shared" as const, place, executor }));
  scheduler.setExecutors(placed);
  // In the order in which the function's requests try them.
  const order = new HashRing(placed).order(hashOf(fn.tenant), placed.length).map(({ executor }) => executor);
  return { scheduler, order };
}

const fallback = { withinMs: 60_000, onOutcome: () => undefined };

const codeOf = (promise: Promise<Reply>) =>
  promise.then(
    () => "answered",
    (error: IsletError) => error.code,
  );

const [home, second] = [0, 1];

describe("placement", () => {
  test("a function stays at home while there is room, and goes on to the next when there is not", () => {
    const { scheduler, order } = setUp([new ManualExecutor("a", 2), new ManualExecutor("b", 2)]);
    for (let i = 0; i < 3; i++) void scheduler.execute(new TestInvocation(fn));
    expect(order.map(({ got }) => got.length)).toEqual([2, 1]);
  });

  test("what finds no room waits in order and goes when there is some", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a", 1)]);
    const executor = order[home] as ManualExecutor;
    const [first, next, last] = [0, 1, 2].map(() => new TestInvocation(fn));
    const answers = [first, next, last].map((invocation) => scheduler.execute(invocation as TestInvocation));
    expect(scheduler.waiting).toBe(2);
    for (const [i, invocation] of [first, next, last].entries()) {
      await expect.poll(() => executor.got.length).toBe(i + 1);
      expect(executor.got[i]?.invocation).toBe(invocation);
      executor.got[i]?.answer(reply);
    }
    expect(await Promise.all(answers)).toEqual([reply, reply, reply]);
  });

  test("with no executor at all requests wait for one", async () => {
    const { scheduler } = setUp([]);
    const answer = scheduler.execute(new TestInvocation(fn));
    const executor = new ManualExecutor("a");
    scheduler.setExecutors([{ group: "shared", place: 0, executor }]);
    await expect.poll(() => executor.got.length).toBe(1);
    executor.got[0]?.answer(reply);
    expect(await answer).toBe(reply);
  });
});

describe("the queue", () => {
  test("refuses at once when it is full", async () => {
    const { scheduler } = setUp([new ManualExecutor("a", 0)], 1);
    const waiting = codeOf(scheduler.execute(new TestInvocation(fn)));
    expect(await codeOf(scheduler.execute(new TestInvocation(fn)))).toBe("overloaded");
    scheduler.setExecutors([{ group: "shared", place: 0, executor: answering("b") }]);
    expect(await waiting).toBe("answered");
  });

  test("lets only as many go as there is room for", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a", 1)]);
    const executor = order[home] as ManualExecutor;
    let queued = 0;
    const answers = Array.from({ length: 4 }, () => {
      const invocation = new TestInvocation(fn);
      // Whoever has an invocation wants to hear of its end; this executor does not.
      invocation.onCancel = () => queued++;
      return scheduler.execute(invocation);
    });
    for (let i = 0; i < 4; i++) {
      await expect.poll(() => executor.got.length).toBe(i + 1);
      executor.got[i]?.answer(reply);
    }
    await Promise.all(answers);
    // What has to queue again may do so for ever, and is never too late.
    expect(queued).toBe(3);
  });

  test("refuses what has waited too long", async () => {
    const { scheduler } = setUp([new ManualExecutor("a", 0)], 10, 50);
    expect(await codeOf(scheduler.execute(new TestInvocation(fn)))).toBe("queue_timeout");
    expect(scheduler.waiting).toBe(0);
  });

  test("lets go of what was cancelled", async () => {
    const { scheduler } = setUp([new ManualExecutor("a", 0)]);
    const invocation = new TestInvocation(fn);
    const answer = codeOf(scheduler.execute(invocation));
    invocation.cancel(new IsletError("client_gone", "gone"));
    expect(await answer).toBe("client_gone");
    expect(scheduler.waiting).toBe(0);
  });
});

describe("a lost pool process or isolate", () => {
  const lost = (code: "pool_lost" | "isolate_lost") => new IsletError(code, "lost");

  test.each(["pool_lost", "isolate_lost"] as const)("an idempotent request is sent again after %s", async (code) => {
    const { scheduler, order } = setUp([new ManualExecutor("a", 1), new ManualExecutor("b", 1)]);
    const answer = scheduler.execute(new TestInvocation(fn));
    const first = order[home] as ManualExecutor;
    first.room = 0;
    first.got[0]?.fail(lost(code));
    await expect.poll(() => order[second]?.got.length).toBe(1);
    order[second]?.got[0]?.answer(reply);
    expect(await answer).toBe(reply);
  });

  test.each([
    ["isolate_lost", 3],
    ["pool_lost", 3],
  ] as const)("after %s it is sent %d times at most", async (code, times) => {
    const { scheduler, order } = setUp([new ManualExecutor("a")]);
    const answer = codeOf(scheduler.execute(new TestInvocation(fn)));
    const executor = order[home] as ManualExecutor;
    for (let i = 0; i < times; i++) {
      await expect.poll(() => executor.got.length).toBe(i + 1);
      executor.got[i]?.fail(lost(code));
    }
    expect(await answer).toBe(code);
    expect(executor.got.length).toBe(times);
  });

  const opened = { kind: "stream", open: () => Readable.from([]), opened: () => true } as const;
  test.each([
    ["a POST", { method: "POST" }],
    ["a PATCH", { method: "PATCH" }],
    ["a PUT whose body is already under way", { method: "PUT", body: opened }],
  ])("%s is not sent again", async (_, request) => {
    const { scheduler, order } = setUp([new ManualExecutor("a")]);
    const answer = codeOf(scheduler.execute(new TestInvocation(fn, request)));
    order[home]?.got[0]?.fail(lost("pool_lost"));
    expect(await answer).toBe("pool_lost");
    expect(order[home]?.got.length).toBe(1);
  });

  test("what was not begun is sent again, whatever its method", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a")]);
    const answer = scheduler.execute(new TestInvocation(fn, { method: "POST" }));
    order[home]?.got[0]?.fail(new IsletError("pool_lost", "lost", { notBegun: true }));
    await expect.poll(() => order[home]?.got.length).toBe(2);
    order[home]?.got[1]?.answer(reply);
    expect(await answer).toBe(reply);
  });

  test("other failures are final", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a")]);
    const answer = codeOf(scheduler.execute(new TestInvocation(fn)));
    order[home]?.got[0]?.fail(new IsletError("function_error", "it threw"));
    expect(await answer).toBe("function_error");
    expect(order[home]?.got.length).toBe(1);
  });
});

describe("a place that refuses", () => {
  const refusal = () => new NotTaken("behind");

  test("a request of any method goes to the next, twice at most, and then waits and is not refused again", async () => {
    const executors = ["a", "b", "c"].map((id) => new ManualExecutor(id));
    const { scheduler } = setUp(executors);
    const opened = { kind: "stream", open: () => Readable.from([]), opened: () => false } as const;
    const answer = scheduler.execute(new TestInvocation(fn, { method: "POST", body: opened }));
    const sent = () => executors.flatMap(({ got }) => got);
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => sent().length).toBe(i + 1);
      const last = executors.findLast(({ got }) => got.length > 0 && got.at(-1)?.mayRefuse);
      last?.got.at(-1)?.fail(refusal());
      if (last) last.got.splice(-1, 1, { ...(last.got.at(-1) as (typeof last.got)[0]), mayRefuse: false });
    }
    expect(executors.map(({ got }) => got.length)).toEqual([1, 1, 1]);
    await expect.poll(() => sent().length).toBe(4);
    const again = executors.flatMap(({ got }) => got.slice(1));
    expect(again.map(({ mayRefuse }) => mayRefuse)).toEqual([false]);
    again[0]?.answer(reply);
    expect(await answer).toBe(reply);
    expect(scheduler.waiting).toBe(0);
  });

  test("where there is no other it is asked again, and may not refuse", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a")]);
    const answer = scheduler.execute(new TestInvocation(fn));
    const executor = order[home] as ManualExecutor;
    expect(executor.got[0]?.mayRefuse).toBe(true);
    executor.got[0]?.fail(refusal());
    await expect.poll(() => executor.got.length).toBe(2);
    expect(executor.got[1]?.mayRefuse).toBe(false);
    executor.got[1]?.answer(reply);
    expect(await answer).toBe(reply);
  });
});

describe("a process that does not come to begin", () => {
  const costly: Reply = { ...reply, usage: { ...reply.usage, cpuMs: 2 } };

  test("is sent no more than it does in some milliseconds, but what only waits there does not count", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a")], 1_000);
    const executor = order[home] as ManualExecutor;
    for (let i = 0; i < 50; i++) {
      const answer = scheduler.execute(new TestInvocation(fn));
      executor.got[i]?.answer(costly);
      await answer;
    }
    executor.behind = true;
    for (let i = 0; i < 5; i++) void scheduler.execute(new TestInvocation(fn));
    expect(executor.got.length).toBe(50 + 2);
    expect(scheduler.waiting).toBe(3);
    executor.behind = false;
    scheduler.roomChanged("shared");
    expect(scheduler.waiting).toBe(0);
  });

  test("one version does not take all of the room that there is", async () => {
    const { scheduler, order } = setUp([new ManualExecutor("a", 100)], 1_000);
    const executor = order[home] as ManualExecutor;
    for (let i = 0; i < 100; i++) void scheduler.execute(new TestInvocation(fn));
    expect(executor.got.length).toBe(80);
    const other = scheduler.execute(new TestInvocation({ ...fn, name: "other", tenant: "other" }));
    expect(executor.got.length).toBe(81);
    executor.got[80]?.answer(reply);
    expect(await other).toBe(reply);
    for (const { answer } of executor.got.slice(0, 40)) answer(reply);
    await expect.poll(() => executor.got.length).toBe(101);
  });
});

describe("groups", () => {
  const quarantined: LiveFunction = { ...fn, name: "q", tenant: "q", group: "tenant:q" };

  function setUpGroups(groupOf: (fn: LiveFunction) => PoolGroup = ({ group }) => group, queueLength = 8) {
    const wanted: string[] = [];
    const scheduler = new Scheduler({
      queue: new WaitingQueue(queueLength),
      queueMs: 60_000,
      groupOf,
      onWanted: (group) => wanted.push(group),
      fallback,
    });
    const shared = new ManualExecutor("shared", 1);
    const own = new ManualExecutor("own");
    const placed = { group: "shared" as const, place: 0, executor: shared };
    const placedOwn = { group: "tenant:q" as const, place: 0, executor: own };
    scheduler.setExecutors([placed]);
    return { scheduler, wanted, shared, own, placed, placedOwn };
  }

  test("a request for a group without a process waits, is told of, and holds nobody up", async () => {
    const { scheduler, wanted, shared, own, placed, placedOwn } = setUpGroups();
    const waiting = scheduler.execute(new TestInvocation(quarantined));
    expect(wanted).toEqual(["tenant:q"]);
    const first = scheduler.execute(new TestInvocation(fn));
    const second = scheduler.execute(new TestInvocation(fn));
    expect(scheduler.waiting).toBe(2);
    shared.got[0]?.answer(reply);
    await first;
    await expect.poll(() => shared.got.length).toBe(2);
    shared.got[1]?.answer(reply);
    await second;
    expect(own.got).toEqual([]);
    scheduler.setExecutors([placed, placedOwn]);
    await expect.poll(() => own.got.length).toBe(1);
    own.got[0]?.answer(reply);
    expect(await waiting).toBe(reply);
  });

  test("one group's requests do not fill the queue", async () => {
    const { scheduler } = setUpGroups(undefined, 8);
    const waiting = [1, 2].map(() => codeOf(scheduler.execute(new TestInvocation(quarantined))));
    expect(await codeOf(scheduler.execute(new TestInvocation(quarantined)))).toBe("overloaded");
    scheduler.setClosed(new Map([["tenant:q", Date.now() + 10_000]]));
    expect(await Promise.all(waiting)).toEqual(["quarantined", "quarantined"]);
  });

  test("those of a closed group are refused at once, and told when to come again", async () => {
    const { scheduler, placedOwn } = setUpGroups();
    scheduler.setClosed(new Map([["tenant:q", Date.now() + 10_000]]));
    const error = await scheduler.execute(new TestInvocation(quarantined)).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "quarantined", status: 503 });
    expect((error as IsletError).retryAfterMs).toBeGreaterThan(5_000);
    scheduler.setClosed(new Map());
    scheduler.setExecutors([placedOwn]);
    void scheduler.execute(new TestInvocation(quarantined));
    expect((placedOwn.executor as ManualExecutor).got).toHaveLength(1);
  });

  test("what waits, or has found its function before, goes to the group that it has by now", async () => {
    let group: PoolGroup = "shared";
    const { scheduler, shared, own, placed, placedOwn } = setUpGroups(() => group);
    void scheduler.execute(new TestInvocation(fn));
    void scheduler.execute(new TestInvocation(fn));
    scheduler.setExecutors([placed, placedOwn]);
    expect([shared.got.length, own.got.length]).toEqual([1, 0]);
    group = "tenant:q";
    scheduler.regrouped();
    expect([shared.got.length, own.got.length]).toEqual([1, 1]);
    void scheduler.execute(new TestInvocation(fn));
    expect([shared.got.length, own.got.length]).toEqual([1, 2]);
  });

  test("a suspect's requests wait for the verdict, those of others do not", async () => {
    const { scheduler, shared, placed } = setUpGroups();
    const judged = Promise.withResolvers<void>();
    scheduler.suspect([`${fn.name}@${fn.versionId}`], judged.promise);
    shared.room = 5;
    scheduler.setExecutors([placed]);
    void scheduler.execute(new TestInvocation(fn));
    void scheduler.execute(new TestInvocation({ ...fn, name: "other" }));
    expect(shared.got.map(({ invocation }) => invocation.fn.name)).toEqual(["other"]);
    judged.resolve();
    await expect.poll(() => shared.got.length).toBe(2);
  });
});

function answering(id: string): Executor {
  return {
    id,
    tier: "isolate",
    load: () => ({ inFlight: 0, others: 0, notBegun: 0, room: 1 }),
    execute: () => Promise.resolve(reply),
  };
}
