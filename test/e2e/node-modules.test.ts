import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
// @ts-expect-error: a function's source, without types
import { cases } from "./fixtures/node-modules.js";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ POOLS: 1 });
  const source = await readFile(new URL("./fixtures/node-modules.js", import.meta.url), "utf8");
  await server.deploy("cases", source, { tier: "isolate", limits: { cpuMs: 2_000 } });
});
afterAll(() => server.stop());

const known = cases as Record<string, () => unknown>;

test.each(Object.keys(known))("Node's modules say what Node's say: %s", async (name) => {
  const answer = await server.send(`/fn/cases/${name}`);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(await known[name]?.())));
});

test("process.env has the function's variables, and nothing of the server's", async () => {
  const source = `import { env } from "node:process"; export default { fetch: () => Response.json([env, process.env === env]) };`;
  await server.deploy("env", source, { env: { A: "b" } });
  expect((await server.send("/fn/env/")).json()).toEqual([{ A: "b" }, true]);
});

test("code that imports nothing of Node finds nothing of it", async () => {
  const names = ["Buffer", "process", "global", "setImmediate", "require"];
  await server.deploy(
    "web",
    `export default { fetch: () => Response.json([${names.map((name) => `typeof ${name}`)}]) };`,
  );
  expect((await server.send("/fn/web/")).json()).toEqual(names.map(() => "undefined"));
});

test("a module of the bundle comes before Node's of that name", async () => {
  const main = `import own from "events"; import real from "node:events"; export default { fetch: () => Response.json([own, typeof real]) };`;
  await server.deploy("own", {
    "index.js": main,
    events: { type: "text/javascript", content: "export default 'own';" },
  });
  expect((await server.send("/fn/own/")).json()).toEqual(["own", "function"]);
});

test("what isolates lack is refused by name, with what to do", async () => {
  for (const name of ["node:fs", "net", "node:child_process", "http"]) {
    const { code, text } = await server.upload("lacks", `import x from "${name}"; export default { fetch() {} };`, {
      tier: "isolate",
    });
    expect(code).toBe("module_not_found");
    expect(text).toContain(`imports \\"${name}\\", which isolates do not have`);
  }
  const unknown = `import { nothing } from "node:path"; export default { fetch() {} };`;
  expect((await server.upload("lacks", unknown)).code).toBe("module_syntax");
});

test("CommonJS that esbuild bundles for Node requires what it needs", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `const { EventEmitter } = require("events"); const util = require("node:util");
        function Bus() { EventEmitter.call(this); } util.inherits(Bus, EventEmitter);
        module.exports = { fetch() { const bus = new Bus(); let got; bus.on("x", (value) => { got = value; }); bus.emit("x", 1);
          let lacks; try { require("fs"); } catch (error) { lacks = error.message; }
          return Response.json([got, Buffer.from("a").toString("hex"), lacks]); } };`,
    },
    ...{ bundle: true, write: false, platform: "node", format: "esm", logLevel: "silent" },
  });
  await server.deploy("cjs", outputFiles[0]?.text ?? "", { tier: "isolate" });
  expect((await server.send("/fn/cjs/")).json()).toEqual([1, "61", expect.stringContaining("fs")]);
});
