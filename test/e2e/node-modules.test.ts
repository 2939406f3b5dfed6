import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
// @ts-expect-error: a function's source, without types
import { cases as cryptoCases } from "./fixtures/node-crypto.js";
// @ts-expect-error: the same
import { cases } from "./fixtures/node-modules.js";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ POOLS: 1 });
  for (const [name, file] of [
    ["cases", "node-modules.js"],
    ["crypto", "node-crypto.js"],
  ] as const) {
    const source = await readFile(new URL(`./fixtures/${file}`, import.meta.url), "utf8");
    await server.deploy(name, source, { tier: "isolate", limits: { cpuMs: 2_000 } });
  }
});
afterAll(() => server.stop());

type Cases = Record<string, () => unknown>;
const known = [
  ...Object.entries(cases as Cases).map(([name, run]) => ["cases", name, run] as const),
  ...Object.entries(cryptoCases as Cases).map(([name, run]) => ["crypto", name, run] as const),
];
const asText = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);

test.each(known)("Node's modules say what Node's say: %s/%s", async (fn, name, run) => {
  const answer = await server.send(`/fn/${fn}/${name}`);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(await run(), asText)));
});

test("process.env has the function's variables, and nothing of the server's", async () => {
  const source = `import { env } from "node:process"; export default { fetch: () => Response.json([env, process.env === env]) };`;
  await server.deploy("env", source, { env: { A: "b" } });
  expect((await server.send("/fn/env/")).json()).toEqual([{ A: "b" }, true]);
});

test("node:crypto is paid for before it begins, and keys that are not extractable stay on the host", async () => {
  const source = `import crypto from "node:crypto"; import { promisify } from "node:util";
    const said = async (run) => { try { return [await run()]; } catch (error) { return error.message; } };
    export default { async fetch() {
      const hidden = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
      const { KeyObject } = crypto;
      return Response.json(await Promise.all([
        () => crypto.pbkdf2Sync("p", "s", 1e6, 32, "sha256"), () => crypto.scryptSync("p", "s", 32, { N: 2 ** 17, maxmem: 2 ** 30 }),
        () => crypto.pbkdf2Sync("p", "s", 140_000, 64, "sha512"), () => promisify(crypto.scrypt)("p", "s", 32, { N: 2 ** 15 }),
        () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }), () => promisify(crypto.generateKeyPair)("rsa", { modulusLength: 4096 }),
        () => crypto.sign("sha256", new Uint8Array(2 ** 20 + 1), crypto.generateKeyPairSync("ed25519").privateKey),
        () => KeyObject.from(hidden).export(), () => crypto.createHmac("sha256", hidden), () => KeyObject.from(pair.privateKey).export({ format: "jwk" }),
        () => crypto.verify(null, Buffer.from("x"), pair.publicKey, crypto.sign(null, Buffer.from("x"), KeyObject.from(pair.privateKey))),
        () => crypto.createPrivateKey({ key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\\nAAAA\\n-----END ENCRYPTED PRIVATE KEY-----", passphrase: "x" }),
      ].map(said)));
    } };`;
  // The most with which a function keeps to the main thread.
  await server.deploy("paid", source, { tier: "isolate", limits: { cpuMs: 100 } });
  const answer = await server.send("/fn/paid/");
  expect(answer.status, answer.text).toBe(200);
  const expected = [
    ...[
      /without a callback/,
      /without a callback/,
      /limits.cpuMs/,
      /limits.cpuMs/,
      /use generateKeyPair\(\)/,
      /limits.cpuMs/,
    ],
    ...[/at most 1048576 bytes/, /not extractable/, /not extractable/, /not extractable/, /^true$/, /Encrypted keys/],
  ];
  const said = answer.json() as unknown[];
  for (const [index, pattern] of expected.entries()) expect(String(said[index]), `${index}`).toMatch(pattern);
  expect(said.length).toBe(expected.length);
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
