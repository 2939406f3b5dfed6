import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asyncProgram } from "./async-programs.ts";
// @ts-expect-error: a function's source, without types
import { cases } from "./fixtures/async-context.js";
// @ts-expect-error: the same
import { cases as staleCases } from "./fixtures/async-context-stale.js";
import { Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
/** Answers of the origin's that wait for the other. */
const held: ServerResponse[] = [];
beforeAll(async () => {
  origin = await Origin.start({
    "/": (_, response) => response.end("answer"),
    "/events": (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    },
    "/both": (_, response) => {
      held.push(response);
      // The last first.
      if (held.length === 2) for (const waiting of held.splice(0).reverse()) waiting.end("answer");
    },
  });
  server = await TestServer.start({ POOLS: 1, ...reachOrigins });
  // The second computes on a thread of its own, which asks the host in another way.
  for (const [name, file, cpuMs] of [
    ["cases", "async-context.js", 50],
    ["stale", "async-context-stale.js", 2_000],
  ] as const) {
    const source = await readFile(new URL(`./fixtures/${file}`, import.meta.url), "utf8");
    await server.deploy(name, source, { limits: { cpuMs } });
  }
});
afterAll(() => Promise.all([server.stop(), origin.stop()]));

type Cases = Record<string, () => Promise<unknown>>;
const known = [
  ...Object.entries(cases as Cases).map(([name, run]) => ["cases", name, run] as const),
  ...Object.entries(staleCases as Cases).map(([name, run]) => ["stale", name, run] as const),
];

test.each(known)("AsyncLocalStorage is as in Node: %s/%s", async (fn, name, run) => {
  const answer = await server.send(`/fn/${fn}/${name}`);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(await run())));
});

test("AsyncLocalStorage is as in Node in programs made at random", async () => {
  const seeds = Array.from({ length: 150 }, (_, index) => index + 1);
  const programs = `[${seeds.map(asyncProgram).join()}]`;
  await server.deploy(
    "random",
    `import { AsyncLocalStorage } from "node:async_hooks"; const programs = ${programs};
      export default { async fetch(request) {
        const run = programs[new URL(request.url).searchParams.get("n")];
        return Response.json(await run(new AsyncLocalStorage()));
      } };`,
    { limits: { cpuMs: 2_000 } },
  );
  const own = new Function(`return ${programs}`)() as ((als: object) => Promise<unknown>)[];
  for (const [index, run] of own.entries()) {
    const answer = await server.send(`/fn/random/?n=${index}`);
    expect(answer.json(), `seed ${seeds[index]}`).toEqual(await run(new AsyncLocalStorage()));
  }
});

test("modules that import each other in a circle find what carries their contexts", async () => {
  await server.deploy("circle", {
    "index.js": `import "node:async_hooks"; import { got } from "./other.js";
      export async function called() { return await 7; }
      export default { fetch: async () => Response.json(await got) };`,
    "other.js": `import { called } from "./index.js"; export const got = called();`,
  });
  expect((await server.send("/fn/circle/")).json()).toBe(7);
});

test("what the runtime calls later is called in the context in which it was asked to", async () => {
  await server.deploy(
    "later",
    `import { AsyncLocalStorage } from "node:async_hooks";
    const als = new AsyncLocalStorage();
    const others = () => als.run("other", async () => { for (let i = 0; i < 50; i++) await null; });
    export default {
      async fetch(request, env) {
        const seen = [], see = () => { seen.push(als.getStore() ?? "none"); void others(); };
        const page = await fetch(env.URL);
        const html = await als.run("rewriter", () => new HTMLRewriter()
          .on("*", { async element(element) { see(); await others(); see(); element.onEndTag(see); }, text: see })
          .transform(new Response(new ReadableStream({ type: "bytes", async pull(controller) {
            await page.arrayBuffer();
            controller.enqueue(new TextEncoder().encode("<b>x</b>"));
            controller.close();
          } }))).text());
        const source = als.run("source", () => new EventSource(env.URL + "/events"));
        await new Promise((resolve) => source.addEventListener("message", () => resolve(see())));
        source.close();
        void others();
        return new Response(new ReadableStream({ pull(controller) {
          see();
          controller.enqueue(new TextEncoder().encode(JSON.stringify([html, ...seen])));
          controller.close();
        } }, { highWaterMark: 0 }));
      },
    };`,
    { env: { URL: origin.url }, limits: { cpuMs: 1_000 } },
  );
  const expected = ["<b>x</b>", ...Array(5).fill("rewriter"), "source", "none"];
  expect((await server.send("/fn/later/")).json()).toEqual(expected);
});

test("requests that wait at the same time have their own stores, whatever they wait for", async () => {
  await server.deploy(
    "interleaved",
    {
      "lib/wait.js": `export async function* steps(url, see) {
          for (const wait of [
            async () => (await fetch(url)).text(),
            () => new Promise((resolve) => setTimeout(resolve, 1)),
            () => fetch(url).then((response) => response.arrayBuffer()).then(() => see("then")),
            () => crypto.subtle.digest("SHA-256", new Uint8Array(9)),
            () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]),
            () => new Response(new Blob(["x"]).stream().pipeThrough(new CompressionStream("gzip"))).bytes(),
            () => import("./late.js"),
            () => scheduler.wait(1),
            () => new Promise((resolve) => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => resolve(see("message"));
              port2.postMessage(1);
            }),
            () => new Promise((resolve) => {
              const reader = new FileReader();
              reader.onload = () => resolve(see("file"));
              reader.readAsText(new Blob(["x"]));
            }),
          ]) yield await wait();
        }`,
      "lib/late.js": "await 1; export {};",
      "index.js": `import { AsyncLocalStorage } from "async_hooks";
        import { steps } from "./lib/wait.js";
        const als = new AsyncLocalStorage();
        export default {
          fetch: (request, { URL: url }, ctx) => als.run(new URL(request.url).search, async () => {
            const seen = [], see = (what) => { seen.push(als.getStore()); };
            seen.push(await request.text() && als.getStore());
            for await (const step of steps(url, see)) seen.push(als.getStore());
            const { promise, resolve } = Promise.withResolvers();
            ctx.waitUntil(promise.then(() => console.log("waited for", als.getStore())));
            return new Response(new ReadableStream({
              async pull(controller) {
                await scheduler.wait(1);
                seen.push(als.getStore());
                controller.enqueue(new TextEncoder().encode(JSON.stringify(seen)));
                controller.close();
                resolve();
              },
            }));
          }),
        };`,
    },
    // Parts of the runtime are loaded for the first time here, on whatever machine.
    { env: { URL: `${origin.url}/both` }, limits: { cpuMs: 1_000 } },
  );
  const both = await Promise.all(
    ["?a", "?b"].map((search) => server.send(`/fn/interleaved/${search}`, { method: "POST", body: "x" })),
  );
  for (const [index, answer] of both.entries()) {
    expect(answer.status, answer.text).toBe(200);
    expect(new Set(answer.json() as string[]), answer.text).toEqual(new Set([index === 0 ? "?a" : "?b"]));
    await server.logs.find({ function: "interleaved", msg: `waited for ${index === 0 ? "?a" : "?b"}` });
  }
});

test("a Hono app with contextStorage() works unchanged", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { Hono } from "hono";
        import { contextStorage, getContext } from "hono/context-storage";
        const app = new Hono();
        app.use(contextStorage());
        app.use(async (c, next) => { c.set("id", c.req.query("id")); await next(); });
        const load = async () => { await fetch(getContext().env.URL); return getContext().var.id; };
        app.get("/", async (c) => { await new Promise((resolve) => setTimeout(resolve, 1)); return c.text(await load()); });
        app.onError((error, c) => c.text(error.message + " of " + getContext().var.id, 500));
        app.get("/throws", async () => { await load(); throw new Error("thrown"); });
        export default app;`,
      resolveDir: import.meta.dirname,
    },
    ...{ bundle: true, write: false, minify: true, format: "esm", logLevel: "silent", external: ["node:*"] },
  });
  await server.deploy("hono", outputFiles[0]?.text ?? "", { env: { URL: origin.url } });
  const ids = ["1", "2", "3"];
  const texts = await Promise.all(
    ids.flatMap((id) => [server.send(`/fn/hono/?id=${id}`), server.send(`/fn/hono/throws?id=${id}`)]),
  );
  expect(texts.map(({ text }) => text)).toEqual(ids.flatMap((id) => [id, `thrown of ${id}`]));
});

test("lines of errors are those of the upload, and the version is that of the upload's content", async () => {
  const source = `import { AsyncLocalStorage } from "node:async_hooks";
    export default {
      async fetch() {
        const one = await Promise.resolve(1); try { await one; } finally { }
        throw new Error("here");
      } };`;
  const version = await server.deploy("lines", { "index.js": source });
  expect((await server.send("/fn/lines/")).code).toBe("function_error");
  const { msg } = await server.logs.find({ function: "lines", source: "function" });
  expect(msg).toContain("index.js:5:15");
  expect(await server.deploy("lines", { "index.js": source })).toBe(version);
});

test("what cannot be read says where; code that is nested too deeply is refused", async () => {
  const hooks = `import "node:async_hooks";\n`;
  const refused = await server.upload("refused", {
    "index.js": `${hooks} let a = 1; let a = await 2; export default {}`,
  });
  expect(refused.json()).toMatchObject({ error: { code: "module_syntax", module: "index.js", line: 2 } });
  const deep = `${hooks} export default ${"[".repeat(1e6)}${"]".repeat(1e6)}`;
  expect((await server.upload("deep", { "index.js": deep })).code).toBe("module_syntax");
});
