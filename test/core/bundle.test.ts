import { describe, expect, test } from "vitest";
import { decodeBundle, encodeBundle, versionId } from "../../src/core/bundle.ts";
import type { Bundle, BundleModule, ModuleType, Program } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { type Random, randomFrom } from "./random.ts";

const types: readonly ModuleType[] = ["esm", "wasm", "text", "json", "data"];

function moduleOf(name: string, content: string): BundleModule {
  return { name, type: "esm", bytes: new TextEncoder().encode(content) };
}

const small: Bundle = {
  main: "index.js",
  modules: [moduleOf("index.js", "export default {}"), moduleOf("lib/a.js", "")],
  env: { GREETING: "hello", EMPTY: "" },
  limits: defaultLimits,
};

const program: Program = {
  protocol: "http",
  image: { from: "engine", name: "hello:1", id: "sha256:0" },
  command: ["serve", "--all"],
  port: 8_080,
};

function randomBundle(random: Random): Bundle {
  const names = new Set(Array.from({ length: 1 + random.below(8) }, () => random.text(12)));
  const modules = Array.from(names, (name) => ({
    name,
    type: random.pick(types),
    bytes: random.bytes(random.below(64)),
  }));
  return {
    main: random.pick(modules).name,
    modules,
    ...random.pick<Partial<Bundle>>([
      {},
      { handler: random.text(20) },
      { program: { ...program, port: random.below(65_536) } },
    ]),
    env: Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.text(8), random.text(20)])),
    limits: { ...defaultLimits, memoryMb: random.below(2 ** 31), requestBodyBytes: Number.MAX_SAFE_INTEGER },
  };
}

function sorted(bundle: Bundle): Bundle {
  return { ...bundle, modules: bundle.modules.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Views and buffers of the same bytes count as equal. */
function plain(bundle: Bundle) {
  return { ...bundle, modules: bundle.modules.map((module) => ({ ...module, bytes: Array.from(module.bytes) })) };
}

describe("encoding and decoding", () => {
  test("give back any bundle, with its modules by name", () => {
    for (let seed = 0; seed < 300; seed++) {
      const bundle = randomBundle(randomFrom(seed));
      const encoded = encodeBundle(bundle);
      const decoded = decodeBundle(encoded);
      expect(plain(decoded), `seed ${seed}`).toEqual(plain(sorted(bundle)));
      expect(versionId(encodeBundle(decoded)), `seed ${seed}`).toBe(versionId(encoded));
    }
  });

  test("do not depend on the order of modules and variables", () => {
    const turned: Bundle = {
      ...small,
      modules: small.modules.toReversed(),
      env: Object.fromEntries(Object.entries(small.env).toReversed()),
    };
    expect(versionId(encodeBundle(turned))).toBe(versionId(encodeBundle(small)));
  });

  test("tell bundles apart by everything in them", () => {
    const [first, second] = small.modules;
    if (!first || !second) throw new Error("two modules are needed");
    const others: Bundle[] = [
      small,
      { ...small, main: "lib/a.js" },
      { ...small, handler: "index.f" },
      { ...small, handler: "index.g" },
      { ...small, program },
      { ...small, program: { ...program, command: ["serve"] } },
      { ...small, modules: [first] },
      { ...small, modules: [first, { ...second, type: "text" }] },
      { ...small, modules: [first, { ...second, name: "lib/b.js" }] },
      { ...small, modules: [first, moduleOf("lib/a.js", "x")] },
      { ...small, env: { GREETING: "hello" } },
      { ...small, env: { GREETING: "hello", EMPTY: " " } },
      { ...small, limits: { ...defaultLimits, cpuMs: 51 } },
    ];
    expect(new Set(others.map((bundle) => versionId(encodeBundle(bundle)))).size).toBe(others.length);
  });

  test("keep the version id of a given bundle from release to release", () => {
    expect(versionId(encodeBundle(small))).toMatchInlineSnapshot(
      `"539bccb2e9c0b797db4428af34627c04931d4d7670b0aae86fc9c1d3817221f5"`,
    );
  });

  test("copy no module", () => {
    const encoded = encodeBundle(small);
    for (const module of decodeBundle(encoded).modules) expect(module.bytes.buffer).toBe(encoded.buffer);
  });

  test("read the first format, whose bundles have the limits of later ones by default", () => {
    const encoded = Buffer.from(encodeBundle(small));
    // "ISLB", the format, the main text, then eleven limits of which that format had five.
    const limits = 4 + 1 + 4 + Buffer.byteLength(small.main);
    const first = Buffer.concat([encoded.subarray(0, limits + 5 * 8), encoded.subarray(limits + 11 * 8)]);
    first[4] = 1;
    expect(plain(decodeBundle(first))).toEqual(plain(sorted(small)));
  });

  test("read a bundle that lies inside a larger buffer", () => {
    const encoded = encodeBundle(small);
    const around = new Uint8Array(encoded.length + 7);
    around.set(encoded, 3);
    expect(plain(decodeBundle(around.subarray(3, 3 + encoded.length)))).toEqual(plain(sorted(small)));
  });
});

describe("encoding refuses", () => {
  test("two modules of one name", () => {
    const twice = { ...small, modules: [...small.modules, moduleOf("lib/a.js", "again")] };
    expect(() => encodeBundle(twice)).toThrow("lib/a.js is there twice");
  });

  test("text that UTF-8 cannot hold", () => {
    expect(() => encodeBundle({ ...small, env: { A: "\ud800" } })).toThrow("lone surrogate");
  });
});

describe("decoding", () => {
  const encoded = encodeBundle(small);

  test("refuses every shorter piece", () => {
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeBundle(encoded.subarray(0, length)), `${length} bytes`).toThrow();
    }
  });

  test("refuses bytes behind the end", () => {
    expect(() => decodeBundle(Buffer.concat([encoded, Uint8Array.of(0)]))).toThrow("left over");
  });

  test("refuses what is no bundle, or one of a later format", () => {
    expect(() => decodeBundle(new Uint8Array(100))).toThrow("not a bundle");
    const later = Buffer.from(encoded);
    later[4] = 8;
    expect(() => decodeBundle(later)).toThrow("format 8 is unknown");
  });

  test("keeps limits on requests, in a format that bundles without them have not", () => {
    const limited = { ...small, limits: { ...small.limits, requestsPerSecond: 7, requestBurst: 3 } };
    for (const kind of [limited, { ...limited, handler: "a.b" }]) {
      const bytes = encodeBundle(kind);
      expect(bytes[4]).toBeGreaterThanOrEqual(5);
      expect(decodeBundle(bytes).limits).toEqual(limited.limits);
      expect(decodeBundle(bytes).handler).toBe("handler" in kind ? kind.handler : undefined);
    }
    expect(encodeBundle(small)[4]).toBe(2);
  });

  test("refuses or reads as what it would encode to, whatever byte is changed", () => {
    const random = randomFrom(7);
    for (let round = 0; round < 3_000; round++) {
      const damaged = Buffer.from(encoded);
      damaged[random.below(damaged.length)] = random.below(256);
      let decoded: Bundle;
      try {
        decoded = decodeBundle(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        continue;
      }
      expect(Buffer.from(encodeBundle(decoded)).equals(damaged)).toBe(true);
    }
  });
});
