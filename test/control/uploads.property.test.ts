import fc from "fast-check";
import { expect, test } from "vitest";
import { applyManifest, type Manifest, manifestSchema, parseManifest } from "../../src/control/manifest.ts";
import { checkModuleName } from "../../src/control/module-names.ts";
import { normalizeRoute } from "../../src/control/routes.ts";
import { readUpload } from "../../src/control/upload.ts";
import { IsletError } from "../../src/core/errors.ts";
import { defaultLimits, defaultMaxLimits, limitNames } from "../../src/core/limits.ts";

/** What `run` gives, or the code of the IsletError that it throws; anything else is a failure. */
async function outcome<Value>(run: () => Value | Promise<Value>): Promise<{ value: Value } | { code: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!(error instanceof IsletError)) throw error;
    expect(error.blame).toBe("client");
    return { code: error.code };
  }
}

const names = fc.constantFrom("main", "routes", "env", "limits", "modules", "tenant", "cpuMs", "a.js", "__proto__");
const values = fc.letrec((tie) => ({
  any: fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>("a.js", "esm", "*.example.com/*", -1, 1.5, 2 ** 53, 1e308, "\ud800", null),
    fc.dictionary(fc.oneof(names, fc.string()), tie("any")),
  ),
})).any;
/** As JSON: what JSON.parse makes of "__proto__" is a property. */
const json = fc.oneof(
  fc.dictionary(names, values).map((manifest) => JSON.stringify(manifest)),
  values.map((value) => JSON.stringify(value) ?? "undefined"),
  fc.string(),
  fc.constant('{"env":{"__proto__":"x"},"modules":{"__proto__":"esm"}}'),
);
const modules = ["a.js", "b.wasm"].map((name) => ({ name, type: "esm" as const, bytes: new Uint8Array() }));
const policy = {
  defaults: defaultLimits,
  max: defaultMaxLimits,
  containerMemory: { default: 512, max: 2_048 },
  scaling: { maxInstances: 8, concurrency: 10 },
  whose: () => "this server's",
};

test("any text is a manifest or refused, and what comes of it is within the limits", async () => {
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      const parsed = await outcome(() => parseManifest(text));
      if ("code" in parsed) {
        expect(parsed.code).toBe("invalid_manifest");
        return;
      }
      // It stands for itself.
      expect(manifestSchema.parse(JSON.parse(JSON.stringify(parsed.value)))).toEqual(parsed.value);
      const applied = await outcome(() => applyManifest({ manifest: parsed.value, modules, isContext: false }, policy));
      if ("code" in applied) {
        expect(["invalid_manifest", "invalid_route", "limit_too_high"]).toContain(applied.code);
        return;
      }
      const { bundle, routes } = applied.value;
      expect(modules.map(({ name }) => name)).toContain(bundle.main);
      for (const name of limitNames) expect(bundle.limits[name]).toBeLessThanOrEqual(defaultMaxLimits[name]);
      for (const route of routes) expect(normalizeRoute(route)).toBe(route);
    }),
    { numRuns: 1_000 },
  );
});

test("a manifest without faults is taken as it is", () => {
  const valid: fc.Arbitrary<Partial<Manifest>> = fc.record(
    {
      main: fc.constantFrom("a.js", "./a.js"),
      env: fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/), fc.string({ unit: "grapheme" })),
      limits: fc.record({ cpuMs: fc.integer({ min: 1, max: 30_000 }) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(valid, (manifest) => {
      const parsed = parseManifest(JSON.stringify({ main: "a.js", ...manifest }));
      const { bundle } = applyManifest({ manifest: parsed, modules, isContext: false }, policy);
      expect(bundle.main).toBe("a.js");
      expect(bundle.env).toEqual(manifest.env ?? {});
      expect(bundle.limits.cpuMs).toBe(manifest.limits?.cpuMs ?? defaultLimits.cpuMs);
    }),
  );
});

const pathPart = fc.oneof(
  fc.constantFrom("..", ".", "", "\\", "C:", "a", "b.js", "\0", "islet:x", "\ud800"),
  fc.string(),
);

test("a module's name that is taken stays within the bundle", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pathPart, { minLength: 1, maxLength: 5 }), async (parts) => {
      const name = parts.join("/");
      const checked = await outcome(() => checkModuleName(name));
      if ("code" in checked) {
        expect(checked.code).toBe("invalid_module_name");
        return;
      }
      expect(name.split("/")).not.toContain("..");
      expect(name).not.toMatch(/^\/|\\|\p{Cc}/u);
      expect(name.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

const routePart = fc.oneof(
  fc.constantFrom(
    "*",
    "*.example.com",
    "example.com",
    "fn",
    "%2e%2e",
    "..",
    "a b",
    "ä",
    "%zz",
    ":x",
    "(y)",
    "?q",
    "x.localhost",
  ),
  fc.string(),
);

test("a route that is taken is written in one way", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(routePart, { minLength: 1, maxLength: 5 }), async (parts) => {
      const route = await outcome(() => normalizeRoute(parts.join("/")));
      if ("code" in route) {
        expect(route.code).toBe("invalid_route");
        return;
      }
      expect(normalizeRoute(route.value)).toBe(route.value);
      expect(route.value).toMatch(/^[a-z0-9.*-]*\/[\x21-\x7e]*$/);
    }),
    { numRuns: 1_000 },
  );
});

const line = fc.constantFrom(
  ...["--XX\r\n", "--XX--\r\n", "\r\n", "\n", "--XX", "--YY\r\n", "\0", "\xff", "text", "{}", '{"main":"a.js"}'],
  ...['content-disposition: form-data; name="a.js"\r\n', "content-disposition: form-data; name=manifest\r\n"],
  ...['Content-Disposition: form-data; name="../x"; filename="y"\r\n', "content-type: application/wasm\r\n", ": \r\n"],
  ...[
    'content-disposition: form-data; name="a\\"b"\r\n',
    "content-disposition: ;;=\r\n",
    `x: ${"y".repeat(9_000)}\r\n`,
  ],
);

test("any multipart body is an upload or refused", async () => {
  const body = fc.array(fc.oneof({ weight: 6, arbitrary: line }, fc.string()), { maxLength: 30 });
  const type = fc.constantFrom(
    ...['multipart/form-data; boundary="XX"', "multipart/form-data;boundary=XX", "multipart/form-data", "text/plain"],
    ...["multipart/form-data; boundary=", 'multipart/form-data; boundary="X\\"X"', "", "text/javascript;;;"],
  );
  await fc.assert(
    fc.asyncProperty(body, type, async (lines, contentType) => {
      const bytes = Buffer.from(lines.join(""), "latin1");
      const request = new Request("http://x/", {
        method: "PUT",
        body: bytes,
        headers: { "content-type": contentType },
      });
      const upload = await outcome(() => readUpload(request, 100_000));
      if ("code" in upload) return;
      const total = upload.value.modules.reduce((sum, module) => sum + module.bytes.length, 0);
      expect(total).toBeLessThanOrEqual(bytes.length);
      for (const module of upload.value.modules) checkModuleName(module.name);
    }),
    { numRuns: 2_000 },
  );
});

test("modules come out of a form as they went in", async () => {
  const name = fc.stringMatching(/^[a-z0-9_-]{1,8}(\.js|\.wasm|\.txt)$/).filter((text) => text !== "manifest");
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.uint8Array(), { minKeys: 1 }), async (files) => {
      const form = new FormData();
      for (const [file, bytes] of Object.entries(files)) form.append(file, new Blob([Uint8Array.from(bytes)]), file);
      const upload = await readUpload(new Request("http://x/", { method: "PUT", body: form }), 1_000_000);
      const read = upload.modules.map((module) => [module.name, Uint8Array.from(module.bytes)]);
      expect(Object.fromEntries(read)).toEqual(files);
    }),
  );
});
