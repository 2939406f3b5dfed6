import { describe, expect, test } from "vitest";
import { decodeBundle, encodeBundle, versionId } from "../../src/core/bundle.ts";
import type { Bundle } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { errorOf, hello, startControl } from "./control-server.ts";

interface Answer {
  name: string;
  version: string;
  urls: string[];
  bytes: number;
  created: boolean;
  liveMs: number;
}

async function answerOf(response: Response): Promise<Answer> {
  return (await response.json()) as Answer;
}

describe("PUT of one module", () => {
  test("stores it, publishes it and answers with what is live", async () => {
    await using control = await startControl();
    const response = await control.put("hello", hello);
    expect(response.status).toBe(201);
    const answer = await answerOf(response);
    expect(answer).toMatchObject({
      name: "hello",
      urls: ["http://hello.localhost/"],
      bytes: hello.length,
      created: true,
    });
    expect(answer.liveMs).toBeGreaterThan(0);
    expect(control.published).toEqual([
      {
        set: {
          name: "hello",
          tenant: "hello",
          tier: "isolate",
          asked: "auto",
          egress: { allow: null, deny: [] },
          scaling: {},
          group: "shared",
          versionId: answer.version,
          routes: [],
          limits: defaultLimits,
        },
      },
    ]);
    const stored = await control.store.readBundle(answer.version);
    expect(versionId(stored)).toBe(answer.version);
    expect(decodeBundle(stored)).toMatchObject({ main: "index.js", env: {}, limits: defaultLimits });
  });

  test("knows the same bytes again", async () => {
    await using control = await startControl();
    const first = await answerOf(await control.put("hello", hello));
    const again = await control.put("hello", hello);
    expect(again.status).toBe(200);
    expect(await answerOf(again)).toMatchObject({ version: first.version, created: false });
    expect(control.published).toHaveLength(1);
  });

  test.each(["application/javascript", "application/javascript+module", "Text/JavaScript; charset=utf-8"])(
    "takes it as %s too",
    async (type) => {
      await using control = await startControl();
      const response = await control.call("PUT", "/v1/functions/hello", hello, { "content-type": type });
      expect(response.status).toBe(201);
    },
  );
});

describe("PUT of several modules", () => {
  test("reads types from media types, extensions and the manifest", async () => {
    let checked: Bundle | undefined;
    await using control = await startControl({
      check: async (bundle) => {
        checked = bundle;
        return null;
      },
    });
    const modules = {
      "app.mjs": "import './lib/util.js'; export default {}; import.meta.url;",
      "lib/util.js": "",
      "a.wasm": new Blob([Uint8Array.of(0, 97, 115, 109)]),
      "b.json": "{}",
      "c.html": "<p>",
      "d.bin": "data",
      "e.txt": new Blob(["export {}"], { type: "text/javascript" }),
      "f.js": new Blob(["not a script"], { type: "text/plain" }),
      constructor: "data",
      "logo.svg": "<svg/>",
    };
    const manifest = {
      main: "./app.mjs",
      routes: ["API.example.com/v1/*", "/x/*", "/x/*"],
      env: { A: "1" },
      limits: { cpuMs: 20 },
      modules: { "logo.svg": "data" },
    };
    const answer = await answerOf(await control.putParts("parts", modules, manifest));
    expect(answer.urls).toEqual(["http://parts.localhost/", "api.example.com/v1/*", "/x/*"]);
    const bundle = decodeBundle(await control.store.readBundle(answer.version));
    expect(bundle).toMatchObject({ main: "app.mjs", env: { A: "1" }, limits: { ...defaultLimits, cpuMs: 20 } });
    expect(Object.fromEntries(bundle.modules.map((module) => [module.name, module.type]))).toEqual({
      "app.mjs": "esm",
      "lib/util.js": "esm",
      "a.wasm": "wasm",
      "b.json": "json",
      "c.html": "text",
      "d.bin": "data",
      "e.txt": "esm",
      "f.js": "text",
      constructor: "data",
      "logo.svg": "data",
    });
    if (!checked) throw new Error("nothing was checked");
    // What is checked is what isolates will load.
    const compiled = await control.store.readCompiled(answer.version);
    expect(Buffer.from(encodeBundle(checked)).equals(compiled)).toBe(true);
    expect(Buffer.from(compiled).includes("islet:module/app.mjs")).toBe(true);
  });

  test("needs no manifest, nor a main module when there is one to guess", async () => {
    await using control = await startControl();
    const mainOf = async (modules: Record<string, string>) => {
      const response = await control.putParts("guess", modules);
      return decodeBundle(await control.store.readBundle((await answerOf(response)).version)).main;
    };
    expect(await mainOf({ "only.js": hello, "a.txt": "" })).toBe("only.js");
    expect(await mainOf({ "a.js": "", "main.js": hello })).toBe("main.js");
    expect(await mainOf({ "a.js": "", "main.js": "", "index.mjs": hello })).toBe("index.mjs");
  });

  test("reads the parts that curl sends", async () => {
    await using control = await startControl();
    const body = [
      '--XX\r\ncontent-disposition: form-data; name="manifest"\r\n\r\n{"main": "é.js"}',
      '--XX\r\ncontent-disposition: form-data; name="é.js"; filename="x.js"\r\ncontent-type: application/octet-stream\r\n\r\n',
      '--XX\r\ncontent-disposition: form-data; filename="lib.js"\r\n\r\n',
      "--XX--\r\n",
    ].join("\r\n");
    const response = await control.call("PUT", "/v1/functions/curl", body, {
      "content-type": 'multipart/form-data; boundary="XX"',
    });
    const { version } = await answerOf(response);
    const bundle = decodeBundle(await control.store.readBundle(version));
    expect(bundle.modules.map(({ name, type }) => [name, type])).toEqual([
      ["lib.js", "esm"],
      ["é.js", "esm"],
    ]);
  });
});

describe("the order of deploys", () => {
  test("of one function is the same in the store and on the fronts, however they overlap", async () => {
    const order: string[] = [];
    await using control = await startControl({
      publish: async (change) => {
        // The earlier ones take longer, so that overlapping publishes would end the wrong way round.
        for (let turn = order.length === 0 ? 50 : 1; turn > 0; turn--) await new Promise(setImmediate);
        order.push("set" in change ? change.set.versionId : "removed");
      },
    });
    await Promise.all(Array.from({ length: 8 }, (_, index) => control.put("busy", `${hello} // ${index}`)));
    expect(new Set(order).size).toBe(8);
    expect((await control.store.get("busy"))?.fn.versionId).toBe(order.at(-1));
    expect((await control.store.versions("busy")).map((version) => version.id)).toEqual(order.toReversed());
  });

  test("of other functions does not wait for it", async () => {
    const release = Promise.withResolvers<void>();
    await using control = await startControl({
      check: async (bundle) => {
        if (Buffer.from(bundle.modules[0]?.bytes ?? []).includes("slow")) await release.promise;
        return null;
      },
    });
    const slow = control.put("slow", `${hello} // slow`);
    expect((await control.put("quick", hello)).status).toBe(201);
    release.resolve();
    expect((await slow).status).toBe(201);
  });
});

describe("what fails leaves live what was live", () => {
  test("when the check finds something", async () => {
    let problem: { code: "module_failed"; message: string; place: object } | null = null;
    await using control = await startControl({ check: async () => problem });
    const { version } = await answerOf(await control.put("hello", hello));
    problem = { code: "module_failed", message: "boom", place: { module: "index.js", line: 1, column: 7 } };
    const error = await errorOf(await control.put("hello", "throw new Error('boom')"));
    expect(error).toMatchObject({ status: 400, code: "module_failed", module: "index.js", line: 1, column: 7 });
    expect(error.message).toBe(`boom. Version ${version.slice(0, 12)} is live as before.`);
    expect((await control.store.get("hello"))?.fn.versionId).toBe(version);
    expect(control.published).toHaveLength(1);
    expect(await errorOf(await control.put("new", hello))).toMatchObject({ message: "boom. Nothing was deployed." });
    expect(await control.store.get("new")).toBeNull();
  });

  test("when a front does not take it", async () => {
    let broken = false;
    const published: unknown[] = [];
    await using control = await startControl({
      publish: async (change) => {
        published.push("set" in change ? change.set.versionId : change);
        // Taking it back works again.
        if (broken) {
          broken = false;
          throw new Error("a front is gone");
        }
      },
    });
    const { version } = await answerOf(await control.put("hello", hello));
    broken = true;
    const error = await errorOf(await control.put("hello", `${hello} // 2`));
    expect(error).toMatchObject({ status: 503, code: "unavailable" });
    expect(error.message).toContain("is live as before");
    expect((await control.store.versions("hello")).map(({ id, live }) => [id, live])).toEqual([[version, true]]);
    expect(published).toEqual([version, expect.not.stringMatching(version), version]);

    broken = true;
    expect(await errorOf(await control.put("new", hello))).toMatchObject({ code: "unavailable" });
    expect(await control.store.get("new")).toBeNull();
    expect(published.at(-1)).toEqual({ remove: "new" });

    broken = true;
    expect(await errorOf(await control.call("DELETE", "/v1/functions/hello"))).toMatchObject({ code: "unavailable" });
    expect(await control.store.get("hello")).not.toBeNull();
    expect(published.at(-1)).toBe(version);
  });

  test("and says so in the log when even taking it back fails", async () => {
    await using control = await startControl({
      publish: () => Promise.reject(new IsletError("unavailable", "No front is up")),
    });
    expect(await errorOf(await control.put("hello", hello))).toMatchObject({
      code: "unavailable",
      message: "No front is up. Nothing was deployed.",
    });
    expect(control.logged.filter((line) => line.level === "error").map((line) => line.message)).toEqual([
      "a change could not be published and is taken back",
      "the change before could not be published again",
      "a control call failed",
    ]);
  });
});
