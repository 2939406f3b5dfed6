import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ControlServer, hello, startControl, token } from "../control/control-server.ts";
import { islet } from "./run-islet.ts";

let control: ControlServer;
let folder: string;

beforeAll(async () => {
  control = await startControl();
  folder = await mkdtemp(join(tmpdir(), "islet-cli-"));
  await writeFile(join(folder, "hello.js"), hello);
});

afterAll(async () => {
  await control[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** With the way to the server in the environment. */
function run(...args: string[]) {
  const { port } = new URL(control.origin);
  return islet(args, { cwd: folder, env: { ISLET_CONTROL_PORT: port, ISLET_TOKEN: token } });
}

describe("the commands", () => {
  test("deploy, list, roll back and delete", async () => {
    const first = await run("deploy", "hello", "hello.js");
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(
      /^hello: version [0-9a-f]{12} live in [\d.]+ ms, \d+ bytes\n {2}http:\/\/hello\.localhost\/\n$/,
    );
    expect((await run("deploy", "hello", "hello.js")).out).toContain("was live already");
    await writeFile(join(folder, "second.mjs"), `${hello} // 2`);
    expect(await run("deploy", "hello", "second.mjs")).toMatchObject({ code: 0 });

    const listed = (await run("versions", "hello")).out.trim().split("\n");
    expect(listed.map((line) => line.endsWith("live"))).toEqual([true, false]);
    const [newer, older] = listed.map((line) => line.slice(0, 64));
    expect(await run("rollback", "hello")).toMatchObject({ code: 0, out: `hello: version ${older} is live\n` });
    expect(await run("rollback", "hello", String(newer))).toMatchObject({
      code: 0,
      out: `hello: version ${newer} is live\n`,
    });

    expect((await run("list")).out).toMatch(/^hello {2}[0-9a-f]{12} {2}isolate {2}\d+ bytes/);
    expect(await run("delete", "hello")).toMatchObject({ code: 0, out: "hello is deleted\n" });
    expect(await run("list")).toEqual({ code: 0, out: "", err: "" });
  });

  test("deploy a folder with its manifest, without what is hidden", async () => {
    const site = join(folder, "site");
    for (const path of [".git", "node_modules/x", "lib"]) await mkdir(join(site, path), { recursive: true });
    const files = {
      "islet.json": '{"main": "app.js", "routes": ["/site/*"]}',
      "app.js": 'import "./lib/a.js"; export default {};',
      "lib/a.js": "",
      "page.html": "<p>",
      ".git/config": "secret",
      "node_modules/x/index.js": "",
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(site, name), content);
    expect(await run("deploy", "site", "site")).toMatchObject({ code: 0, out: expect.stringContaining("/site/*") });
    const stored = await control.store.get("site");
    const bundle = Buffer.from(await control.store.readBundle(String(stored?.fn.versionId))).toString("latin1");
    for (const name of ["app.js", "lib/a.js", "page.html"]) expect(bundle).toContain(name);
    for (const name of ["islet.json", ".git", "node_modules"]) expect(bundle).not.toContain(name);
  });

  test("find the token where the server has put it", async () => {
    await writeFile(join(control.dataDir, "token"), `${token}\n`);
    const { port } = new URL(control.origin);
    const result = await islet(["list", "--data-dir", control.dataDir, "--control-port", port], { cwd: folder });
    expect(result).toMatchObject({ code: 0, err: "" });
  });
});

describe("what fails ends with 1 and one clear message", () => {
  test("from the server, with the place and what to do", async () => {
    await writeFile(join(folder, "bad.js"), "\nimport './none.js'");
    const { code, out, err } = await run("deploy", "bad", "bad.js");
    expect([code, out]).toEqual([1, ""]);
    expect(err.split("\n")).toEqual([
      'islet: module_not_found: index.js imports "./none.js", which is not in the bundle.',
      "  at index.js:2:9",
      "  Upload the imported module with the bundle, or mend the specifier.",
      "",
    ]);
  });

  test.each([
    ["a file that is not there", ["deploy", "x", "none.js"], /^islet: none\.js cannot be read: .*ENOENT/],
    ["a file of another kind", ["deploy", "x", "islet.txt"], /^islet: islet\.txt is no \.js or \.mjs file/],
    ["an empty folder", ["deploy", "x", "empty"], /^islet: empty has no files/],
    ["a name that is not there", ["versions", "none"], /^islet: not_found: /],
    ["a wrong token", ["list", "--token", "wrong"], /^islet: unauthorized: /],
    [
      "no server",
      ["list", "--control-port", "1"],
      /^islet: No Islet answers at http:\/\/127\.0\.0\.1:1 \(.+\); start one/,
    ],
  ])("%s", async (_, args, message) => {
    await writeFile(join(folder, "islet.txt"), "");
    await mkdir(join(folder, "empty"), { recursive: true });
    const { code, err } = await run(...args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test("no token", async () => {
    const { code, err } = await islet(["list"], { cwd: folder });
    expect(code).toBe(1);
    expect(err).toMatch(/^islet: There is no token in .*\.islet; give/);
  });
});

describe("what is used wrongly ends with 2", () => {
  test.each([
    ["an unknown command", ["fly"], /unknown command 'fly'/],
    ["a missing argument", ["deploy", "x"], /missing required argument 'path'/],
    ["an unknown flag", ["list", "--fast"], /unknown option '--fast'/],
    [
      "a wrong setting",
      ["serve", "--port", "http"],
      /^islet: port must be an integer .* the flag --port is "http"\.\n$/,
    ],
    [
      "a configuration that is not there",
      ["list", "--config", "none.json"],
      /^islet: The configuration file .*none\.json cannot be read/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });
});

test("help tells of every command and setting", async () => {
  const { code, out } = await run("--help");
  expect(code).toBe(0);
  for (const command of ["serve", "dev", "deploy", "list", "versions", "rollback", "delete", "images", "doctor"])
    expect(out).toContain(`  ${command} `);
  const serve = await run("serve", "--help");
  expect(serve.code).toBe(0);
  for (const name of ["--data-dir", "ISLET_LIMITS_MAX_CPU_MS", "--config"]) expect(serve.out).toContain(name);
});
