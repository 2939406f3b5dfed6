import { describe, expect, test } from "vitest";
import { clockAllowanceMs } from "../../src/isolate/entry-meter.ts";
import { ThreadSlots } from "../../src/isolate/thread-slots.ts";
import { tenant } from "./tenant.ts";

const hello = "export default { fetch: () => new Response('hello') };";
const onDemand = (body: string) =>
  `export default { async fetch(request) { if (request.url.endsWith("/fine")) return new Response("fine"); ${body} } };`;

describe.each(["main", "thread"] as const)("an isolate in the %s lane", (lane) => {
  test("answers", async () => {
    const { get, isolate } = await tenant(hello, { lane });
    expect(await get()).toEqual({ status: 200, body: "hello" });
    expect(await get()).toEqual({ status: 200, body: "hello" });
    expect(isolate.lane).toBe(lane);
  });

  test("waits for timers, and runs others meanwhile", async () => {
    const { get } = await tenant(
      onDemand("await new Promise((r) => setTimeout(r, 20)); return new Response('late');"),
      {
        lane,
      },
    );
    const late = get();
    expect(await get("http://localhost/fine")).toEqual({ status: 200, body: "fine" });
    expect(await late).toEqual({ status: 200, body: "late" });
  });

  test("ends with what computes for too long, and says so to each", async () => {
    const one = await tenant(onDemand("await new Promise((r) => setTimeout(r, 5)); for (;;);"), { lane });
    const outcomes = await Promise.all([one.get(), one.get()]);
    expect(outcomes.map((outcome) => "kind" in outcome && outcome.kind).sort()).toEqual(["cpu_limit", "isolate_lost"]);
    expect(one.deaths).toEqual(["cpu_limit"]);
    expect(one.unclean).toEqual([]);
  });

  test("ends when it outgrows its memory", async () => {
    const one = await tenant(onDemand("const all = []; for (;;) all.push(new Array(1000).fill({}));"), {
      lane,
      limits: { memoryMb: 16, cpuMs: 10_000 },
    });
    expect(await one.get()).toMatchObject({ kind: "memory_limit" });
    expect(one.deaths).toEqual(["memory_limit"]);
  });

  test("reports modules that throw", async () => {
    const one = await tenant("throw new Error('at the top');", { lane });
    expect(await one.get()).toMatchObject({ kind: "load_failed", message: "at the top" });
  });

  test("ends once retired, and not before what runs in it", async () => {
    const one = await tenant(onDemand("await new Promise((r) => setTimeout(r, 20)); return new Response('late');"), {
      lane,
    });
    await one.get("http://localhost/fine");
    const late = one.get();
    one.isolate.retire();
    expect(one.deaths).toEqual([]);
    expect(await late).toEqual({ status: 200, body: "late" });
    await one.dead;
    expect(one.deaths).toEqual(["moved"]);
  });
});

test("an interval that is due many times while code computes on a thread has one turn, and no more wait for it", async () => {
  const one = await tenant(
    onDemand(`let turns = 0; setInterval(() => turns++, 1);
      let x = 1; for (let i = 0; i < 4e8; i++) x = (x * 31 + i) | 0;
      await new Promise((r) => setTimeout(r, 0, x)); return new Response(String(turns));`),
    { lane: "thread", limits: { cpuMs: 20_000 } },
  );
  const outcome = await one.get();
  expect(outcome).toMatchObject({ status: 200 });
  expect(Number("body" in outcome && outcome.body)).toBeLessThan(10);
});

describe("the main lane", () => {
  test("reports entries that held it for long", async () => {
    const one = await tenant(
      onDemand("const t = []; for (let i = 0; i < 3e6; i++) t.push({ i }); return new Response('x');"),
      {
        limits: { cpuMs: 5_000 },
      },
    );
    expect(await one.get()).toEqual({ status: 200, body: "x" });
    expect(one.slow).toHaveLength(1);
  });

  test.each([
    ["computes for too long", "for (;;);", "cpu_limit"],
    ["outgrows its memory", "const all = []; for (;;) all.push(new Array(1000).fill(0.5));", "memory_limit"],
  ])("an isolate that %s after its answer dies of that, also if it is to move to a thread", async (_, bad, reason) => {
    const source = `export default { async fetch() {
      Promise.reject({ get message() { ${bad} }, get stack() { return "stack"; } });
      await null; return new Response("fine"); } };`;
    const one = await tenant(source, {
      limits: { cpuMs: reason === "cpu_limit" ? 50 : 20_000, memoryMb: 32 },
      onSlow: (isolate) => isolate.retire(),
    });
    expect(await one.get()).toEqual({ status: 200, body: "fine" });
    await one.dead;
    expect(one.deaths).toEqual([reason]);
  });

  test("blames no request that the clock has ended, where the machine gave it no time", async () => {
    const stopped = new Int32Array(new SharedArrayBuffer(4));
    const { get, deaths } = await tenant(
      "export default { fetch() { console.log('now'); return new Response('late'); } };",
      {
        // As if others had the cores: the clock goes on, and this thread has none of it.
        onLog: () => void Atomics.wait(stopped, 0, 0, 2 * clockAllowanceMs(50)),
      },
    );
    expect(await get()).toMatchObject({ kind: "isolate_lost", message: expect.stringContaining("no time") });
    expect(deaths).toEqual(["no_time"]);
  });

  test("gives modules that take long to a thread", async () => {
    const source = `let n = 0; for (let i = 0; i < 3e9; i++) n += i; ${hello}`;
    const one = await tenant(source, { limits: { startupMs: 20_000 } });
    expect(one.isolate).toMatchObject({ state: "loading", lane: "thread" });
    expect(await one.get()).toEqual({ status: 200, body: "hello" });
  });
});

describe("the thread lane", () => {
  test("leaves the main thread alone while code computes", async () => {
    const one = await tenant(onDemand("for (;;);"), { lane: "thread", limits: { cpuMs: 300 } });
    await one.get("http://localhost/fine");
    let over = false;
    const ended = one.get().finally(() => {
      over = true;
    });
    let turns = 0;
    while (!over) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).toMatchObject({ kind: "cpu_limit" });
    expect(turns).toBeGreaterThan(100);
  });

  test("answers for code that takes no notice of its end while that goes on", async () => {
    const slots = new ThreadSlots(1);
    const free = () => new Promise<void>((resolve) => slots.take(resolve));
    const source = onDemand("[].lastIndexOf.call({ length: 3e8 }, 1);");
    const one = await tenant(source, { lane: "thread", limits: { cpuMs: 20 }, slots });
    await one.get("http://localhost/fine");
    // That was answered from within its entry.
    await free();
    slots.give();
    const answer = one.get();
    const over = free();
    expect(await Promise.race([answer, over])).toMatchObject({ kind: "cpu_limit" });
    expect(one.deaths).toEqual(["cpu_limit"]);
    expect(one.unclean).toEqual(["stuck"]);
    await over;
    expect(one.unclean).toEqual(["stuck"]);
  });

  test("does not count the waiting for a thread as loading", async () => {
    const slots = new ThreadSlots(1);
    slots.take(() => undefined);
    const one = await tenant(hello, { lane: "thread", limits: { startupMs: 20 }, slots });
    const answer = one.get();
    // Longer than loading may take by the clock.
    await new Promise((resolve) => setTimeout(resolve, 2 * clockAllowanceMs(20)));
    slots.give();
    expect(await answer).toEqual({ status: 200, body: "hello" });
  });
});

test.each(["main", "thread"] as const)(
  "the heap of an isolate in the %s lane is measured as an entry",
  async (lane) => {
    const one = await tenant(`globalThis.kept = []; ${onDemand("kept.push(new Array(1e5).fill(1.5));")}`, { lane });
    const before = one.isolate.heapBytes;
    await one.get();
    await new Promise<void>((measured) => one.isolate.measureHeap(measured));
    expect(one.isolate.heapBytes).toBeGreaterThan(before + 500_000);
    // Nothing of the measurement is left to wait for.
    one.isolate.retire();
    await one.dead;
  },
);
