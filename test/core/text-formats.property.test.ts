import fc from "fast-check";
import { expect, test } from "vitest";
import { blameBytes, decodeBlame, encodeBlame } from "../../src/core/blame-mark.ts";
import { decodeBundle, encodeBundle } from "../../src/core/bundle.ts";
import { areFields, isMethod, isReasonPhrase } from "../../src/core/head-syntax.ts";
import { type defaultLimits, limitNames } from "../../src/core/limits.ts";
import { resolveSpecifier } from "../../src/core/specifier.ts";

const key = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});

test("a blame record says what was put in", () => {
  fc.assert(
    fc.property(key, fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (name, allowanceMs, entries) => {
      const blame = { key: name, allowanceMs, entries };
      expect(decodeBlame(encodeBlame(blame))).toEqual(blame);
    }),
  );
});

test("any bytes are a blame record or none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: blameBytes + 10 }), (record) => {
      const blame = decodeBlame(record);
      if (blame) expect(encodeBlame(blame)).toEqual(encodeBlame(decodeBlame(encodeBlame(blame))));
    }),
    { numRuns: 1_000 },
  );
});

const limits = fc.record(
  Object.fromEntries(limitNames.map((name) => [name, fc.nat(Number.MAX_SAFE_INTEGER)])) as Record<
    keyof typeof defaultLimits,
    fc.Arbitrary<number>
  >,
);
const text = fc.string({ unit: "grapheme" });
const bundle = fc
  .record({
    modules: fc.uniqueArray(
      fc.record({
        name: fc.oneof(text, fc.constantFrom("__proto__", "constructor", "index.js")),
        type: fc.constantFrom("esm" as const, "wasm" as const, "text" as const, "json" as const, "data" as const),
        bytes: fc.uint8Array(),
      }),
      { selector: ({ name }) => name, minLength: 1 },
    ),
    env: fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "toString")), text),
    limits,
    main: fc.nat(),
  })
  .map(({ main, ...rest }) => ({ ...rest, main: rest.modules[main % rest.modules.length]?.name ?? "" }));

test("a bundle is the same after its way through bytes, which are the same in whatever order it is given", () => {
  fc.assert(
    fc.property(bundle, (given) => {
      const encoded = encodeBundle(given);
      const decoded = decodeBundle(encoded);
      expect(decoded.main).toBe(given.main);
      expect(decoded.limits).toEqual(given.limits);
      expect(Object.entries(decoded.env).sort()).toEqual(Object.entries(given.env).sort());
      const byName = new Map(decoded.modules.map((module) => [module.name, module]));
      expect(byName.size).toBe(given.modules.length);
      for (const { name, type, bytes } of given.modules) {
        expect(byName.get(name)?.type).toBe(type);
        expect(Uint8Array.from(byName.get(name)?.bytes ?? [])).toEqual(bytes);
      }
      expect(encodeBundle({ ...given, modules: given.modules.toReversed() })).toEqual(encoded);
    }),
  );
});

test("a bundle with bytes changed is a bundle that encodes to them, or an Error", () => {
  fc.assert(
    fc.property(
      bundle,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }),
      fc.nat(),
      (given, changes, cut) => {
        const bytes = Uint8Array.from(encodeBundle(given));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const mutated = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
        let decoded: ReturnType<typeof decodeBundle>;
        try {
          decoded = decodeBundle(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        // Format 1 has fewer limits and comes back as format 2.
        if (mutated[4] === 2) expect(Buffer.from(encodeBundle(decoded))).toEqual(Buffer.from(mutated));
      },
    ),
    { numRuns: 1_000 },
  );
});

const part = fc.constantFrom("a", "b.js", "lib", ".", "..", "", "index.js", "%2e%2e", "\\", "c:", "..a");
const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));

test("a specifier means a module of the bundle, by the folders in between, or nothing", () => {
  fc.assert(
    fc.property(path, path, fc.array(path), (specifier, from, names) => {
      const asked = new Set<string>();
      const known = new Set(names);
      const found = resolveSpecifier(specifier, from, (name) => {
        asked.add(name);
        return known.has(name);
      });
      if (found !== null) expect(known).toContain(found);
      const relative = specifier.startsWith("./") || specifier.startsWith("../");
      if (!relative) {
        expect(found).toBe(known.has(specifier) ? specifier : null);
        return;
      }
      // A URL parser goes by the same folders, and stops at the root where this gives up.
      const plain = !/[\\%:]/.test(specifier + from) && !/(^|\/)(\.{0,2})(\/|$)/.test(from);
      if (!plain || !specifier.split("/").every((one, i) => one !== "" || i === 0)) return;
      for (const name of asked) {
        const named = new URL(specifier, `http://bundle/${from}`).pathname.slice(1).replace(/\/$/, "");
        expect([named, `${named}.js`, `${named}.mjs`]).toContain(name);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("what heads may hold is what node:http sends, and no line can be added", () => {
  const character = fc.oneof(fc.constantFrom("\r", "\n", "\0", " ", ":", "a", "\t", "\x7f", "\u010a"), fc.string());
  const piece = fc.array(character).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, piece)), piece, (pairs, other) => {
      const flat = pairs.flat().join("\n");
      if (areFields(flat)) {
        const fields = flat === "" ? [] : flat.split("\n");
        expect(fields.length % 2).toBe(0);
        fields.forEach((field, i) => {
          expect(field).not.toMatch(/[\r\n\0\u0100-\uffff]/);
          if (i % 2 === 0) expect(field).toMatch(/^[^\s:]+$/);
        });
      }
      if (isMethod(other)) expect(other).toMatch(/^[^\s:\p{Cc}]+$/u);
      if (isReasonPhrase(other)) expect(other).not.toMatch(/[\r\n\0\u0100-\uffff]/);
    }),
    { numRuns: 1_000 },
  );
});

test("headers as fronts and guests write them are fields", () => {
  const name = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
  const value = fc.string({
    unit: fc
      .nat(255)
      .filter((code) => code !== 0 && code !== 10 && code !== 13)
      .map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      expect(areFields(pairs.flat().join("\n"))).toBe(true);
    }),
  );
});
