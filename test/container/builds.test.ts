import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSamples } from "../../samples/build.ts";
import { baseImage } from "../../src/container/base-images.ts";
import { Engine } from "../../src/container/engine.ts";
import { ImageBuilds } from "../../src/container/image-builds.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { islet } from "../cli/run-islet.ts";
import { TestServer } from "../e2e/server.ts";
import { readmeBlocks } from "../samples/sample-server.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

const source = `
import { createServer } from "node:http";
import { readFileSync, statSync } from "node:fs";
createServer((request, response) => {
  response.end(JSON.stringify({ note: readFileSync("note.txt", "utf8"), mode: statSync("run.sh").mode & 0o777, who: process.env.WHO }));
}).listen(process.env.PORT);
`;
const dockerfile = `
ARG NODE_IMAGE=node:24-slim
FROM \${NODE_IMAGE}
WORKDIR /app
ENV WHO=image NODE_OPTIONS=--no-warnings
VOLUME /data
COPY . .
USER 1234
EXPOSE 9999
CMD ["node", "server.mjs"]
`;
const file = (name: string, body: string, mode = 0o644): TarEntry => ({
  header: { name, size: Buffer.byteLength(body), mode, type: "file" },
  body,
});
const link = (name: string, linkname: string): TarEntry => ({ header: { name, linkname, size: 0, type: "symlink" } });
const short = `ARG NODE_IMAGE=node:24-slim\nFROM \${NODE_IMAGE}\n`;
const scratch = file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
const program = [file("./Dockerfile", dockerfile), file("./server.mjs", source), file("run.sh", "", 0o755)];

/** Forty names of one file of a mebibyte. */
const bomb = [
  ...[...program, file("zeros", "0".repeat(1024 * 1024))],
  ...Array.from(
    { length: 40 },
    (_, i): TarEntry => ({
      header: { name: `again${i}`, linkname: "zeros", size: 0, type: "link" },
    }),
  ),
];

describe.skipIf(dockerHost === null)("programs with a Dockerfile", () => {
  let server: TestServer;
  let engine: Engine;

  const put = async (name: string, entries: readonly TarEntry[], headers: Record<string, string> = {}) =>
    server.control("PUT", `/v1/functions/${name}`, {
      headers: { "content-type": "application/x-tar", ...headers },
      body: new Uint8Array(gzipSync(await packTar(entries))),
    });
  /** Others' images: of servers that use the same engine, or did and were killed. */
  const foreign = new Set<string>();
  const imagesOf = async (version: string) =>
    (await engine.imagesLabelled(`islet.version=${version}`)).filter(({ id }) => !foreign.has(id));
  const versionIn = (text: string) => (JSON.parse(text) as { version: string }).version;

  beforeAll(async () => {
    engine = new Engine(String(dockerHost));
    for (const { id } of await engine.imagesLabelled("islet.version")) foreign.add(id);
    server = await TestServer.start({
      POOLS: 1,
      DOCKER_HOST: String(dockerHost),
      CONTAINER_PAUSE_MS: 60_000,
      BUILD_MEMORY_MB: 128,
      BUILD_DISK_MB: 64,
      UPLOAD_BYTES: 32 * 1024 * 1024,
    });
  });
  afterAll(async () => {
    for (const name of ["app", "live", "express", "folder", "static"])
      await server?.control("DELETE", `/v1/functions/${name}`);
    await server?.stop();
    await engine?.close();
  });

  test("are built of an archive, run, are the same version again, and their image goes with the function", async () => {
    const manifest = file("islet.json", JSON.stringify({ env: { WHO: "manifest" } }));
    const content = [...program, file("text/note.txt", "a note"), link("note.txt", "text/note.txt"), manifest];
    const first = await put("app", content);
    expect([first.status, first.text]).toEqual([201, expect.stringContaining("version")]);
    expect((await server.send("/fn/app/")).json()).toEqual({ note: "a note", mode: 0o755, who: "manifest" });
    expect((await put("app", content.toReversed())).status).toBe(200);
    const version = versionIn(first.text);
    expect(await imagesOf(version)).toHaveLength(1);
    const described = (await server.control("GET", "/v1/functions/app")).json();
    expect(described).toMatchObject({ tier: "container" });
    await server.control("DELETE", "/v1/functions/app");
    await expect.poll(() => imagesOf(version), { timeout: 10_000 }).toEqual([]);
  });

  test("one of parts of a form is built too, and anew when somebody has removed its image", async () => {
    const text = (content: string) => ({ type: "text/plain", content });
    const parts = {
      Dockerfile: text(dockerfile),
      "server.mjs": text(source),
      "run.sh": text(""),
      "note.txt": text("x"),
    };
    const version = await server.deploy("live", parts);
    const [image] = await imagesOf(version);
    // The container of the check is gone, and none runs yet.
    await engine.removeImage(String(image?.id));
    // Meanwhile requests wait, and are told to come again when that takes long.
    const status = async () => (await server.send("/fn/live/")).status;
    await expect.poll(status, { timeout: 20_000 }).toBe(200);
    expect((await server.send("/fn/live/")).json()).toEqual({ note: "x", mode: 0o644, who: "image" });
    expect(await imagesOf(version)).toHaveLength(1);
  });

  test("the log comes while it is built, with the result at the end", async () => {
    const answer = await put("live", [...program, file("note.txt", "logged")], { accept: "application/x-ndjson" });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/x-ndjson"]);
    const lines = answer.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ log }) => log)).toContain("Step 1/12 : ARG NODE_IMAGE=node:24-slim");
    expect(lines.at(-1)).toMatchObject({ result: { name: "live", created: true } });
    expect((await server.send("/fn/live/")).json()).toMatchObject({ note: "logged" });
  });

  test.each([
    [
      "a command that fails",
      `${short}RUN ["node", "-e", "console.log('no luck'); process.exit(5)"]\n`,
      /code: 5\.\n(.*\n)*no luck/,
    ],
    ["a file that is not there", `${short}COPY nowhere /\n`, /nowhere/],
    ["no such instruction", "FORM scratch\n", /FORM/i],
    [
      "a network",
      `${short}RUN ["node", "-e", "process.exit(Object.keys(os.networkInterfaces()).length === 1 ? 7 : 8)"]\n`,
      /code: 7/,
    ],
    [
      "a command that fills the disk",
      `${short}RUN ["node", "-e", "for (let i = 0;; i++) fs.appendFileSync('/filled', Buffer.alloc(1e6))"]\n`,
      /more than buildDiskMb permits, 64 MiB/,
    ],
    [
      "steps that fill the disk",
      `${short}${Array.from({ length: 2 }, (_, i) => `RUN ["node", "-e", "fs.writeFileSync('/filled${i}', Buffer.alloc(4e7))"]\n`).join("")}`,
      /more than buildDiskMb permits, 64 MiB/,
    ],
    [
      "too much memory",
      `${short}RUN ["node", "-e", "for (const h = [];;) h.push(Buffer.alloc(1e7, 1))"]\n`,
      /code: 137/,
    ],
  ])("%s fails the build with its log, and changes nothing", async (_, content, message) => {
    const before = await server.send("/fn/live/");
    const startedAtMs = Date.now();
    const answer = await put("live", [file("Dockerfile", content)]);
    expect(answer).toMatchObject({ status: 400, code: "build_failed" });
    expect((answer.json() as { error: { message: string } }).error.message).toMatch(message);
    expect((await server.send("/fn/live/")).text).toBe(before.text);
    // Others may build upon the same image meanwhile; what was written here is large.
    const base = await engine.image((await baseImage(engine, "node")).name);
    const added = (await engine.namelessUpon([String(base?.id)], startedAtMs)).map((id) => engine.addedBy(id));
    expect((await Promise.all(added)).filter((bytes) => bytes > 1e7)).toEqual([]);
  });

  test("a log that is streamed ends with the error of a build that failed", async () => {
    const answer = await put("live", [file("Dockerfile", `${short}COPY nowhere /\n`)], {
      accept: "application/x-ndjson",
    });
    const lines = answer.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toEqual({ log: expect.stringContaining("ARG NODE_IMAGE=node:24-slim") });
    expect(lines.at(-1)).toMatchObject({ error: { code: "build_failed" } });
  });

  test("a static binary runs in an image that has nothing else", async () => {
    // esbuild is a program in Go that needs no library, and a file server among other things.
    const path = createRequire(import.meta.url).resolve(`@esbuild/linux-${process.arch}/bin/esbuild`);
    const binary = new Uint8Array(await readFile(path));
    const content = 'FROM scratch\nCOPY . /\nCMD ["/server", "--serve=8080", "--servedir=/files", "--watch=forever"]\n';
    const program_ = {
      header: { name: "server", size: binary.length, mode: 0o755, type: "file" as const },
      body: binary,
    };
    const answer = await put("static", [file("Dockerfile", content), program_, file("files/note.txt", "of a file")]);
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    expect((await server.send("/fn/static/note.txt")).text).toBe("of a file");
  });

  test("the command deploys a folder with a Dockerfile, less what .dockerignore says, and shows the log", async () => {
    const folder = join(server.dataDir, "folder");
    await mkdir(folder);
    const write = (name: string, text: string, mode = 0o644) => writeFile(join(folder, name), text, { mode });
    await write("Dockerfile", dockerfile);
    await write("server.mjs", source);
    await write("run.sh", "", 0o755);
    await write("text.txt", "from a folder");
    await symlink("text.txt", join(folder, "note.txt"));
    await write(".dockerignore", "secret.txt");
    await write("secret.txt", "secret");
    const port = new URL(server.controlUrl).port;
    const env = { ISLET_CONTROL_PORT: port, ISLET_TOKEN: "e2e-token" };
    const { code, out, err } = await islet(["deploy", "folder", folder], { cwd: folder, env });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Step 1\/\d+ : ARG(.*\n)*folder: version [0-9a-f]{12} live in/);
    expect((await server.send("/fn/folder/")).json()).toEqual({ note: "from a folder", mode: 0o755, who: "image" });
    await write("Dockerfile", `${short}COPY secret.txt /\n`);
    const refused = await islet(["deploy", "folder", folder], { cwd: folder, env });
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/build_failed: .*secret.txt/);
  });

  test("the samples express and wsgi answer as their READMEs show", async () => {
    for (const { name, manifest, modules } of await buildSamples()) {
      if (name !== "express" && name !== "wsgi") continue;
      const parts = modules.map((one) => [one.name, { type: "text/plain", content: new Uint8Array(one.bytes) }]);
      await server.deploy(name, Object.fromEntries(parts), manifest);
    }
    const answer = await server.send("/fn/express/?name=Ada");
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(`${answer.text}\n`).toBe(readmeBlocks("express")[2]);
    const note = { headers: { "content-type": "application/json" }, body: '{"text":"Buy milk"}' };
    expect((await server.send("/fn/express/notes/1", { method: "PUT", ...note })).status).toBe(204);
    expect((await server.send("/fn/express/notes/1")).text).toBe('{"text":"Buy milk"}');
    expect((await server.send("/fn/express/notes/2")).status).toBe(404);
    expect((await server.send("/fn/wsgi/?name=Ada")).text).toBe(readmeBlocks("wsgi")[1]);
    expect((await server.send("/fn/wsgi/other")).status).toBe(404);
  });

  test("what a server builds is none of another's on the same engine", async () => {
    const limits = { memoryMb: 128, cpus: 1, timeMs: 60_000, diskMb: 64, network: "none" };
    const [here, there] = ["here", "there"].map(
      (who) => new ImageBuilds({ ...limits, server: `${who}-${process.pid}`, baseImage: async () => "none" }),
    ) as [ImageBuilds, ImageBuilds];
    const context = { name: "context.tar", type: "data" as const, bytes: await packTar([scratch]) };
    const bundle = { main: "", modules: [context], env: {}, limits: defaultLimits };
    const names = await Promise.all(
      [here, there].map((one) => one.image(engine, "a".repeat(64), bundle, () => undefined)),
    );
    expect(new Set(names).size).toBe(2);
    expect(await here.prune(engine, () => false)).toBe(false);
    expect(await Promise.all(names.map((name) => engine.hasImage(name)))).toEqual([false, true]);
    await there.prune(engine, () => false);
    expect(await engine.hasImage(String(names[1]))).toBe(false);
  });

  test("a program that does not start leaves no image", async () => {
    const images = async () => (await engine.imagesLabelled("islet.image=program")).map(({ id }) => id).toSorted();
    const before = await images();
    const answer = await put("never", [file("Dockerfile", `${dockerfile}CMD ["node", "-e", "throw 'on purpose'"]\n`)]);
    expect(answer).toMatchObject({ status: 400, code: "program_failed" });
    expect(answer.text).toMatch(/on purpose/);
    await expect.poll(images, { timeout: 10_000 }).toEqual(before);
  });

  test.each([
    ["a path with ..", [file("../Dockerfile", dockerfile)], 400, "invalid_module_name"],
    ["an absolute path", [...program, file("/etc/passwd", "")], 400, "invalid_module_name"],
    ["a link that leads out", [...program, link("a/b", "../../c")], 400, "invalid_upload"],
    [
      "a link that leads out by another",
      [...program, link("a/b/c", "../.."), link("d", "a/b/c/../x")],
      400,
      "invalid_upload",
    ],
    ["an absolute link", [...program, link("a", "/etc/passwd")], 400, "invalid_upload"],
    ["a file in a link", [...program, link("a", "b"), file("a/c", "")], 400, "invalid_upload"],
    ["a file twice", [...program, file("run.sh", "")], 400, "invalid_upload"],
    [
      "a device",
      [...program, { header: { name: "a", size: 0, type: "block-device" as const } }],
      400,
      "invalid_upload",
    ],
    ["too many entries", Array.from({ length: 10_001 }, (_, i) => file(`f${i}`, "")), 413, "upload_too_large"],
    ["a bomb of hard links", bomb, 413, "upload_too_large"],
    ["a bomb", [...program, file("zeros", "0".repeat(33 * 1024 * 1024))], 413, "upload_too_large"],
    ["image and Dockerfile", [...program, file("islet.json", '{"image":"a:1"}')], 400, "invalid_manifest"],
    ["tier isolate", [...program, file("islet.json", '{"tier":"isolate"}')], 400, "invalid_manifest"],
  ])("an archive with %s is refused", async (_, entries, status, code) => {
    expect(await put("refused", entries)).toMatchObject({ status, code });
  });

  test("what is no archive is refused, and one without a Dockerfile is modules", async () => {
    const headers = { "content-type": "application/x-tar" };
    const send = (body: Uint8Array) => server.control("PUT", "/v1/functions/plain", { headers, body });
    expect(await send(new Uint8Array(1_024).fill(65))).toMatchObject({ status: 400, code: "invalid_upload" });
    expect(await send(Uint8Array.of(0x1f, 0x8b, 8, 0))).toMatchObject({ status: 400, code: "invalid_upload" });
    const module = "import { word } from './lib/word.js'; export default { fetch: () => new Response(word) };";
    await put("plain", [file("index.js", module), file("lib/word.js", "export const word = 'modules';")]);
    expect((await server.send("/fn/plain/")).text).toBe("modules");
  });
});
