import { describe, expect, test } from "vitest";
import { type Tenant, tenant } from "./tenant.ts";
import {
  code,
  exports,
  functions,
  growForEver,
  growing,
  growingInside,
  limits,
  memories,
  module,
  source,
  types,
} from "./wasm-modules.ts";

const mebibyte = 1024 * 1024;
const eaterModule = module(types, functions(0), memories(limits(1)), exports(["eat", 0, 0]), code(growForEver));

/** A function that does in each request what its path says. */
function wasmTenant(lane: "main" | "thread", memoryMb = 32): Promise<Tenant> {
  const main = `
    const growing = new WebAssembly.Module(${source(growing())}), inside = new WebAssembly.Module(${source(growingInside())});
    const kept = [];
    const actions = {
      make: () => { kept.push(new WebAssembly.Instance(growing)); return kept.length; },
      drop: () => { new WebAssembly.Instance(inside); return 0; },
      grow: () => kept[0].exports.grow(160),
      each: () => kept.map((it) => it.exports.grow(160)).join(),
      throwing: () => { kept[0].exports.grow(16 * 20); kept.push(new ArrayBuffer(${8 * mebibyte})); void Promise.reject(new Error("late")); return 0; },
      eat: () => new WebAssembly.Instance(new WebAssembly.Module(${source(eaterModule)})).exports.eat(),
    };
    export default { async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const result = actions[pathname.slice(1)]();
      if (search) await new Promise(() => {});
      return new Response(String(result));
    } };`;
  return tenant(main, { lane, limits: { memoryMb, startupMs: 5_000, cpuMs: 5_000 } });
}

const size = ({ isolate }: Tenant) =>
  new Promise<number>((resolve) => isolate.measureHeap(() => resolve(isolate.heapBytes)));

describe.each(["main", "thread"] as const)("in the %s lane", (lane) => {
  test("memories weigh in the isolate's size", async () => {
    const it = await wasmTenant(lane);
    await it.get("http://localhost/make");
    const before = await size(it);
    expect(await it.get("http://localhost/grow")).toEqual({ status: 200, body: "1" });
    expect((await size(it)) - before).toBeGreaterThan(9 * mebibyte);
    expect(it.deaths).toEqual([]);
  });

  test("an isolate whose memories outgrow what it may have ends", async () => {
    const it = await wasmTenant(lane);
    for (const made of ["1", "2", "3", "4"]) {
      expect(await it.get("http://localhost/make")).toEqual({ status: 200, body: made });
    }
    // Each may grow by itself, and the answer was right: what they have together is seen afterwards.
    await it.get("http://localhost/each");
    await it.dead;
    expect(it.deaths).toEqual(["memory_limit"]);
  });

  test("the request that does it, and has no answer yet, hears why", async () => {
    const it = await wasmTenant(lane);
    for (let i = 0; i < 4; i++) await it.get("http://localhost/make");
    expect(await it.get("http://localhost/each?and-wait")).toMatchObject({ kind: "memory_limit" });
    expect(it.deaths).toEqual(["memory_limit"]);
  });

  test("code that grows for ever gets -1 at the limit, and its request fails as code that trapped", async () => {
    const it = await wasmTenant(lane);
    expect(await it.get("http://localhost/eat")).toMatchObject({
      kind: "threw",
      message: expect.stringContaining("unreachable"),
    });
  });

  test("instances that are dropped make room, request after request", async () => {
    const it = await wasmTenant(lane);
    for (let i = 0; i < 40; i++) expect(await it.get("http://localhost/drop")).toEqual({ status: 200, body: "0" });
    expect(it.deaths).toEqual([]);
  });
});

test("what throws after it has grown is seen as well", async () => {
  const it = await wasmTenant("main");
  await it.get("http://localhost/make");
  await it.get("http://localhost/throwing");
  await it.get("http://localhost/throwing");
  await it.dead;
  expect(it.deaths).toEqual(["memory_limit"]);
});
