import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { type Answer, TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
const never = heldPath();

beforeAll(async () => {
  origin = await Origin.start({ "/never": never.handler });
  // One pool process, so that good and bad functions share it.
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
  await server.deploy("good", "let n = 0; export default { fetch: () => new Response(String(++n)) };");
  expect((await good()).text).toBe("1");
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

let served = 1;
const good = () => server.send("/fn/good/");

/** Asks a function that goes past a limit, with the good one asked all the while. */
async function ask(name: string, body: string, limits: object = {}): Promise<Answer> {
  const prologue = `if (request.url.endsWith("/fine")) return new Response("fine");`;
  await server.deploy(name, `export default { async fetch(request, env, ctx) { ${prologue} ${body} } };`, { limits });
  const during = Array.from({ length: 5 }, good);
  const answer = await server.send(`/fn/${name}/`);
  const after = await good();
  for (const { status } of [...(await Promise.all(during)), after]) expect(status).toBe(200);
  served += 6;
  // The same isolate served it before, during and after.
  expect(Number(after.text)).toBe(served);
  // The function itself comes back in a new isolate.
  expect((await server.send(`/fn/${name}/fine`)).text).toBe("fine");
  return answer;
}

async function expectLimit(name: string, answer: Answer, status: number, code: string): Promise<void> {
  expect(answer).toMatchObject({ status, code });
  const { requestId } = (answer.json() as { error: { requestId: string } }).error;
  expect(answer.json()).toEqual({
    error: { code, message: expect.stringMatching(/^[^/]+$/), hint: expect.stringMatching(/limits\./), requestId },
  });
  expect(await server.logs.find({ requestId, function: name, code })).toMatchObject({ status, blame: "function" });
}

describe("CPU time", () => {
  test.each([
    ["an endless loop", "for (;;);"],
    ["a loop of microtasks", "const again = () => Promise.resolve().then(again); await again();"],
    ["a loop of queueMicrotask", "const again = () => queueMicrotask(again); again(); await new Promise(() => {});"],
    ["a loop in a timer", "await new Promise(() => setTimeout(() => { for (;;); }, 1));"],
    ["a loop after an await", "await new Promise((r) => setTimeout(r, 1)); for (;;);"],
    [
      "a loop in a getter of what is thrown",
      "throw Object.defineProperty(new Error(), 'message', { get() { for (;;); } });",
    ],
    ["a loop in the stack of an Error", `throw Object.defineProperty(new Error(), "stack", { get() { for (;;); } });`],
    ["a loop in Error.prepareStackTrace", "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x');"],
    ["a loop in a thenable", "return { then() { for (;;); } };"],
    ["a loop in a catch of nothing", "for (;;) { try { null.x; } catch {} }"],
    ["a loop in finally", "try { for (;;); } finally { for (;;); }"],
    ["a loop that V8 unrolls", "for (;;) new Array(1000).fill(0);"],
    ["a regular expression", `/^(a+)+$/.test("a".repeat(40) + "b");`],
    [
      "a loop in toString of a header",
      `return new Response("", { headers: { "x-a": { toString() { for (;;); } } } });`,
    ],
    [
      "a loop in a stream's pull",
      "const s = new ReadableStream({ pull() { for (;;); } }); await s.getReader().read();",
    ],
    ["timers without an end", "await new Promise(() => setInterval(() => { for (let i = 0; i < 5e6; i++); }, 1));"],
  ])("%s ends with 504", async (what, body) => {
    const name = what.replaceAll(/[^a-z]+/gi, "-").toLowerCase();
    await expectLimit(name, await ask(name, body), 504, "function_cpu_limit");
  });

  test("the manifest sets it", async () => {
    const spin = `let n = 0; for (let i = 0; i < 3e8; i++) n += i % 7; return new Response("spun");`;
    expect((await ask("patient", spin, { cpuMs: 10_000 })).text).toBe("spun");
    await expectLimit("hasty", await ask("hasty", spin, { cpuMs: 10 }), 504, "function_cpu_limit");
  });

  test("waiting costs none", async () => {
    expect(
      (await ask("waiting", "await new Promise((r) => setTimeout(r, 120)); return new Response('waited');")).text,
    ).toBe("waited");
  });

  test("after the answer it still counts", async () => {
    const answer = await ask(
      "later",
      "ctx.waitUntil(new Promise(() => setTimeout(() => { for (;;); }, 1))); return new Response('answered');",
    );
    expect(answer.text).toBe("answered");
    expect((await server.metrics()).sum("islet_isolate_deaths_total", { reason: "cpu_limit" })).toBeGreaterThan(0);
  });
});

describe("memory", () => {
  // V8 takes a second or more to give up on a large heap, longer than a pool process may be silent.
  const limits = { memoryMb: 16, cpuMs: 10_000 };

  test.each([
    ["arrays", "for (let i = 0; ; i++) all.push(('x' + i).repeat(100_000).split(''));"],
    ["arrays of one kind", "for (;;) all.push(new Array(1000).fill(all.length));"],
    ["strings", "for (let i = 0; ; i++) all.push((i + 'abcdefg').repeat(20_000).toUpperCase());"],
    ["values of JSON", "for (;;) all.push(JSON.parse('[' + '1,'.repeat(200_000) + '1]'));"],
  ])("too many %s end with 503", async (what, body) => {
    const name = `oom-${what.replaceAll(" ", "-").toLowerCase()}`;
    await expectLimit(name, await ask(name, `const all = []; ${body}`, limits), 503, "function_memory_limit");
  });

  test("a heap that grows over many requests ends at the limit, not at some multiple of it", async () => {
    const body = `if (!globalThis.kept) globalThis.kept = [];
      for (let i = 0; i < 10_000; i++) kept.push({ i, text: "k" + i });
      return new Response(String(kept.length));`;
    await server.deploy("oom-slowly", `export default { fetch() { ${body} } };`, {
      limits: { ...limits, memoryMb: 32 },
    });
    let kept = 0;
    for (;;) {
      const answer = await server.send("/fn/oom-slowly/");
      if (answer.status !== 200) {
        expect(answer).toMatchObject({ status: 503, code: "function_memory_limit" });
        break;
      }
      kept = Number(answer.text);
      // An object, its text and its place in the array take some 60 bytes.
      expect(kept).toBeLessThan((2 * 32 * 1024 * 1024) / 60);
    }
    expect(kept).toBeGreaterThan(100_000);
  });

  test("with the usual limits either time or memory is up first", async () => {
    const answer = await ask(
      "oom-usual",
      "const all = []; for (;;) all.push(Array.from({ length: 1000 }, (_, i) => ({ i })));",
    );
    expect(["function_cpu_limit", "function_memory_limit"]).toContain(answer.code);
  });

  test("array buffers past the limit are a RangeError", async () => {
    const answer = await ask(
      "oom-buffers",
      `const all = []; try { for (;;) all.push(new Uint8Array(4 << 20).fill(1)); } catch (e) { all.length = 0; return new Response(e.name); }`,
      limits,
    );
    expect(answer.text).toBe("RangeError");
  });

  test("it is given back", async () => {
    const metrics = await server.metrics();
    expect(metrics.sum("islet_isolate_deaths_total", { reason: "memory_limit" })).toBeGreaterThanOrEqual(3);
    // What is loaded now is the functions that answered last, at some MB each.
    const isolates = metrics.sum("islet_warm_isolates");
    expect(metrics.sum("islet_warm_isolate_bytes")).toBeLessThan(isolates * 16 * 1024 * 1024);
  });
});

describe("wall time", () => {
  test("no answer in time is 504", async () => {
    await expectLimit(
      "idle",
      await ask("idle", "await new Promise(() => {});", { wallMs: 100 }),
      504,
      "function_wall_limit",
    );
  });

  test("an origin that does not answer is given up", async () => {
    const answer = await ask("stuck", `return fetch("${origin.url}/never");`, { wallMs: 100 });
    await expectLimit("stuck", answer, 504, "function_wall_limit");
  });

  test("an answer that does not end in time is cut", async () => {
    const source = `export default { fetch: () => new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(5)); } })) };`;
    await server.deploy("unending", source, { limits: { wallMs: 100 } });
    await expect(server.send("/fn/unending/")).rejects.toThrow();
    expect(await server.logs.find({ function: "unending", msg: "request" })).toMatchObject({
      broken: expect.any(String),
    });
  });
});

describe("sizes of what is not a body", () => {
  const limits = { memoryMb: 512, cpuMs: 10_000 };
  const big = `const big = "x".repeat(70_000_000);`;

  test("a console line is cut", async () => {
    expect((await ask("long-line", `${big} console.log(big); return new Response("said");`, limits)).text).toBe("said");
    const { msg } = await server.logs.find({ function: "long-line", source: "function" });
    expect(String(msg).length).toBeLessThan(20_000);
  });

  test.each([
    ["headers", `return new Response("", { headers: { "x-a": big } });`, "function_header_limit"],
    ["status text", `return new Response("", { statusText: big });`, "function_header_limit"],
    ["error", "throw new Error(big);", "function_error"],
    ["text thrown", "throw big;", "function_error"],
    ["rejection", "Promise.reject(new Error(big)); throw big;", "function_error"],
  ])("too long a %s is 500", async (what, body, code) => {
    const answer = await ask(`long-${what.replace(" ", "-")}`, `${big} ${body}`, limits);
    expect(answer).toMatchObject({ status: 500, code });
    expect(answer.text.length).toBeLessThan(1_000);
  });

  test.each([
    ["URL", `fetch("${"http://127.0.0.1:1/"}" + big)`],
    ["header", `fetch("http://127.0.0.1:1/", { headers: { a: big } })`],
    ["method", `fetch("http://127.0.0.1:1/", { method: big })`],
  ])("a fetch with too long a %s fails", async (what, call) => {
    const body = `${big} return new Response(await ${call}.then(() => "no error", (error) => error.name));`;
    expect((await ask(`long-${what.toLowerCase()}`, body, limits)).text).toBe("TypeError");
  });
});

describe("at the upload", () => {
  test.each([
    ["a loop", "for (;;);", "module_startup_limit"],
    ["a top-level await that never ends", "await new Promise(() => {});", "module_startup_limit"],
    [
      "too much memory",
      "globalThis.all = []; for (let i = 0; ; i++) all.push((i + 'abcdefg').repeat(20_000).toUpperCase());",
      "module_memory_limit",
    ],
  ])("%s is refused and nothing changes", async (_, top, code) => {
    const fine = "export default { fetch: () => new Response('fine') };";
    await server.deploy("slow-start", fine);
    const limits = { startupMs: code === "module_memory_limit" ? 10_000 : 100, memoryMb: 16 };
    const answer = await server.upload("slow-start", `${top}\n${fine}`, { limits });
    expect(answer).toMatchObject({ status: 400, code });
    expect((await server.send("/fn/slow-start/")).text).toBe("fine");
  });

  test("limits past the operator's maximum are refused", async () => {
    const answer = await server.upload("greedy", "export default { fetch() {} };", { limits: { memoryMb: 100_000 } });
    expect(answer).toMatchObject({ status: 400, code: "limit_too_high" });
  });
});

test("computing for longer than a stall is fine where the limit allows it", async () => {
  const body = "let n = 0; for (let i = 0; i < 2e9; i++) n += i % 7; return new Response('done');";
  expect((await ask("patient", body, { cpuMs: 10_000 })).text).toBe("done");
});

test("all that time the same pool process served", async () => {
  expect(server.logs.where({ msg: /connection to a pool process/ })).toEqual([]);
  const deaths = (await server.metrics()).sum("islet_child_deaths_total", { kind: "pool", reason: "crashed" });
  expect(deaths).toBe(0);
  expect(Number((await good()).text)).toBe(++served);
});
