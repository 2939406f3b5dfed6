import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { limitNames } from "../../src/core/limits.ts";
import type { CheckProblem } from "../../src/core/messages.ts";
import { errorOf, hello, startControl, token } from "./control-server.ts";

const multipart = { "content-type": "multipart/form-data; boundary=XX" };

function part(name: string, content: string): string {
  const quoted = name.replaceAll("\\", "\\\\");
  return `--XX\r\ncontent-disposition: form-data; name="${quoted}"\r\n\r\n${content}\r\n`;
}

describe("the body", () => {
  test.each<[string, string | undefined, Record<string, string>, number, string]>([
    ["of an unknown type", "x", { "content-type": "application/zip" }, 415, "unsupported_media_type"],
    [
      "compressed",
      "x",
      { "content-type": "text/javascript", "content-encoding": "gzip" },
      415,
      "unsupported_media_type",
    ],
    ["without a type", undefined, {}, 415, "unsupported_media_type"],
    ["empty", "", { "content-type": "text/javascript" }, 400, "invalid_upload"],
    ["multipart without a boundary", "x", { "content-type": "multipart/form-data" }, 400, "invalid_upload"],
    ["multipart and empty", "", multipart, 400, "invalid_upload"],
    ["multipart without a part", "--XX--\r\n", multipart, 400, "invalid_upload"],
    ["multipart and cut off", part("a.js", hello), multipart, 400, "invalid_upload"],
    ["no multipart at all", "hello", multipart, 400, "invalid_upload"],
    ["with a manifest only", `${part("manifest", "{}")}--XX--`, multipart, 400, "invalid_upload"],
    [
      "with two manifests",
      `${part("manifest", "{}")}${part("manifest", "{}")}--XX--`,
      multipart,
      400,
      "invalid_upload",
    ],
    ["with a part without a name", `--XX\r\nx: y\r\n\r\n\r\n--XX--`, multipart, 400, "invalid_module_name"],
    ["with a module twice", `${part("a.js", "")}${part("a.js", "")}--XX--`, multipart, 400, "invalid_module_name"],
  ])("%s", async (_, body, headers, status, code) => {
    await using control = await startControl();
    // Bytes, since fetch gives a string a content-type of its own.
    const bytes = body === undefined ? undefined : new TextEncoder().encode(body);
    const response = await control.call("PUT", "/v1/functions/hello", bytes, headers);
    expect(await errorOf(response)).toMatchObject({ status, code });
    expect(await control.store.list()).toEqual([]);
  });

  test("with part headers that are no UTF-8", async () => {
    await using control = await startControl();
    const body = Buffer.from(`${part("\u00ff.js", "")}--XX--`, "latin1");
    const error = await errorOf(await control.call("PUT", "/v1/functions/hello", body, multipart));
    expect(error).toMatchObject({ status: 400, code: "invalid_upload" });
  });

  test("with too many modules", async () => {
    await using control = await startControl();
    const parts = Array.from({ length: 1_001 }, (_, index) => part(`${index}.txt`, ""));
    const error = await errorOf(await control.call("PUT", "/v1/functions/hello", `${parts.join("")}--XX--`, multipart));
    expect(error).toMatchObject({ status: 413, code: "upload_too_large" });
  });

  test("with as many modules as may be", async () => {
    await using control = await startControl();
    const parts = Array.from({ length: 1_000 }, (_, index) => part(index === 0 ? "index.js" : `${index}.txt`, ""));
    const body = `${parts.join("")}${part("manifest", "{}")}--XX--`;
    expect((await control.call("PUT", "/v1/functions/hello", body, multipart)).status).toBe(201);
  });
});

describe("the size", () => {
  test("announced too large is refused before the body comes", async () => {
    await using control = await startControl({ uploadBytes: 1_000 });
    const { hostname, port } = new URL(control.origin);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /v1/functions/hello HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: text/javascript\r\ncontent-length: 1001\r\n\r\n`,
    );
    let text = "";
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes("upload_too_large")) break;
    }
    expect(text).toMatch(/^HTTP\/1.1 413 /);
  });

  test("found too large is refused at the first byte too many, without reading on", async () => {
    await using control = await startControl({ uploadBytes: 100_000 });
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(10_000));
      },
    });
    const response = await control.call("PUT", "/v1/functions/hello", endless, { "content-type": "text/javascript" });
    expect(await errorOf(response)).toMatchObject({ status: 413, code: "upload_too_large" });
    expect(pulled).toBeLessThan(2_000);
    expect((await control.put("hello", hello)).status).toBe(201);
  });

  test("may be the limit to the byte", async () => {
    await using control = await startControl({ uploadBytes: hello.length });
    expect((await control.put("hello", hello)).status).toBe(201);
    expect(await errorOf(await control.put("hello", `${hello} `))).toMatchObject({ code: "upload_too_large" });
  });
});

describe("the modules", () => {
  test.each([
    "../a.js",
    "a/../b.js",
    "/etc/passwd",
    "C:/a.js",
    "a//b.js",
    "a/",
    "./a.js",
    "a\\b.js",
    "a\u0000.js",
    "a\u0007.js",
    `${"é".repeat(128)}`,
    "islet:module/index.js",
  ])("named %j are refused", async (name) => {
    await using control = await startControl();
    const response = await control.call(
      "PUT",
      "/v1/functions/hello",
      `${part("index.js", hello)}${part(name, "")}--XX--`,
      multipart,
    );
    expect(await errorOf(response)).toMatchObject({ status: 400, code: "invalid_module_name", module: name });
  });

  test("that import what is not there are refused with the place", async () => {
    await using control = await startControl();
    const error = await errorOf(
      await control.putParts("hello", { "lib/a.js": "", "index.js": "\nimport './lib/b.js'" }),
    );
    expect(error).toMatchObject({ status: 400, code: "module_not_found", module: "index.js", line: 2, column: 9 });
  });

  test("that are no JavaScript are refused with the place", async () => {
    await using control = await startControl();
    const error = await errorOf(await control.put("hello", "let a = {\n"));
    expect(error).toMatchObject({ status: 400, code: "module_syntax", module: "index.js", line: 2, column: 1 });
  });

  test.each<[CheckProblem["code"], number]>([
    ["module_syntax", 400],
    ["module_failed", 400],
    ["module_startup_limit", 400],
    ["module_memory_limit", 400],
    ["module_crashed", 400],
    ["no_handler", 400],
    ["unavailable", 503],
  ])("that the check refuses with %s are not stored", async (code, status) => {
    await using control = await startControl({ check: async () => ({ code, message: "Checked", place: {} }) });
    const response = await control.put("hello", hello);
    expect(await errorOf(response)).toMatchObject({ status, code, message: "Checked. Nothing was deployed." });
    expect(await control.store.list()).toEqual([]);
  });
});

describe("the manifest", () => {
  test.each<[string, unknown, RegExp]>([
    ["an unknown field", { colour: "red" }, /colour/],
    ["a wrong type", { env: { A: 1 } }, /^env\.A:/],
    ["a variable's name", { env: { "A B": "" } }, /^env\.A B:/],
    ["a lone surrogate", { env: { A: "\ud800" } }, /^env\.A: must be well-formed/],
    ["an unknown limit", { limits: { cpu: 1 } }, /^limits: /],
    ["a fraction", { limits: { cpuMs: 1.5 } }, /^limits\.cpuMs:/],
    ["too little memory", { limits: { memoryMb: 1 } }, /^limits\.memoryMb:/],
    ["a module that is not there", { modules: { "b.js": "esm" } }, /^modules: .*b\.js/],
    ["an unknown module type", { modules: { "a.js": "ts" } }, /^modules\.a\.js:/],
    ["a main module that is not there", { main: "b.js" }, /^main: .*b\.js/],
    [
      "a main module that is no script",
      { main: "a.js", modules: { "a.js": "text" } },
      /^main: a\.js is no ES module but text/,
    ],
    ["no object", [], /^manifest: /],
  ])("%s", async (_, manifest, message) => {
    await using control = await startControl();
    const error = await errorOf(await control.putParts("hello", { "a.js": hello }, manifest));
    expect(error).toMatchObject({ status: 400, code: "invalid_manifest", message: expect.stringMatching(message) });
  });

  test.each([
    ["{", /not valid JSON/],
    ["\ufffd", /not valid JSON/],
  ])("that is %j", async (text, message) => {
    await using control = await startControl();
    const body = `${part("manifest", text)}${part("a.js", hello)}--XX--`;
    const error = await errorOf(await control.call("PUT", "/v1/functions/hello", body, multipart));
    expect(error).toMatchObject({ code: "invalid_manifest", message: expect.stringMatching(message) });
  });

  test.each([
    [{ "a.js": "", "b.js": "" }, /2 ES modules/],
    [{ "a.txt": "" }, /no ES module/],
  ])("that leaves the main module of %j open", async (modules, message) => {
    await using control = await startControl();
    const error = await errorOf(await control.putParts("hello", modules));
    expect(error).toMatchObject({ code: "invalid_manifest", message: expect.stringMatching(message) });
  });

  test.each(limitNames)("that asks for too much %s", async (name) => {
    await using control = await startControl();
    const error = await errorOf(await control.putParts("hello", { "a.js": hello }, { limits: { [name]: 2 ** 50 } }));
    expect(error).toMatchObject({
      status: 400,
      code: "limit_too_high",
      message: expect.stringContaining(`limits.${name}`),
    });
  });

  test("with a route that is none", async () => {
    await using control = await startControl();
    const error = await errorOf(await control.putParts("hello", { "a.js": hello }, { routes: ["/ok", "example.com"] }));
    expect(error).toMatchObject({
      status: 400,
      code: "invalid_route",
      message: expect.stringContaining("example.com"),
    });
  });

  test("with a route that another function has", async () => {
    await using control = await startControl();
    await control.putParts("first", { "a.js": hello }, { routes: ["example.com/*"] });
    const error = await errorOf(await control.putParts("second", { "a.js": hello }, { routes: ["EXAMPLE.com/*"] }));
    expect(error).toMatchObject({ status: 409, code: "route_taken", message: expect.stringContaining("first") });
    expect(await control.store.get("second")).toBeNull();
    // The routes of what is live only: given up, they are free.
    await control.putParts("first", { "a.js": hello });
    expect((await control.putParts("second", { "a.js": hello }, { routes: ["example.com/*"] })).status).toBe(201);
    expect(await errorOf(await control.call("POST", "/v1/functions/first/rollback"))).toMatchObject({
      code: "route_taken",
    });
  });
});
