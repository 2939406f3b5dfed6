import { afterAll, beforeAll, expect, test } from "vitest";
import {
  code,
  exports,
  functions,
  growForEver,
  growing,
  limits,
  memories,
  module,
  types,
} from "../isolate/wasm-modules.ts";
import { TestServer } from "./server.ts";

let server: TestServer;

beforeAll(async () => {
  // One pool process, so that good and bad functions share it.
  server = await TestServer.start({ POOLS: 1 });
  await server.deploy("good", "let n = 0; export default { fetch: () => new Response(String(++n)) };");
});
afterAll(() => server.stop());

const wasm = (content: Uint8Array<ArrayBuffer>) => ({ type: "application/wasm", content });

test("a loop in WebAssembly that takes memory for ever costs its function only", async () => {
  const eater = module(types, functions(0), memories(limits(1)), exports(["eat", 0, 0]), code(growForEver));
  const main = `import eater from "./eater.wasm"; import growing from "./growing.wasm";
    const kept = [];
    const many = () => {
      for (let i = 0; i < 8; i++) kept.push(new WebAssembly.Instance(growing));
      for (const { exports } of kept) exports.grow(1000);
    };
    export default { async fetch(request) {
      if (request.url.endsWith("/fine")) return new Response("fine");
      if (request.url.endsWith("/many")) { many(); await new Promise(() => {}); }
      return new Response(new WebAssembly.Instance(eater).exports.eat());
    } };`;
  const files = { "index.js": main, "eater.wasm": wasm(eater), "growing.wasm": wasm(growing()) };
  const upload = await server.upload("hungry", files, { limits: { cpuMs: 10_000, memoryMb: 128 } });
  expect(upload.status, upload.text).toBeLessThan(300);

  // By itself each memory stops at what the isolate may have: memory.grow gives -1, and the code traps.
  expect(await server.send("/fn/hungry/")).toMatchObject({ status: 500, code: "function_error" });
  // Together they are more.
  const answers = [server.send("/fn/hungry/many"), ...Array.from({ length: 5 }, () => server.send("/fn/good/"))];
  const [many, ...goods] = await Promise.all(answers);
  expect(many).toMatchObject({ code: "function_memory_limit" });
  for (const good of goods) expect(good.status).toBe(200);
  expect((await server.send("/fn/hungry/fine")).text).toBe("fine");
  // The good one's isolate, and so the process, is the same as before.
  expect((await server.send("/fn/good/")).text).toBe("6");
});
