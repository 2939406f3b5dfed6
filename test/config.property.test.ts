import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../src/config.ts";
import { limitNames } from "../src/core/limits.ts";
import { environmentName, settings } from "../src/settings.ts";

const cwd = mkdtempSync(join(tmpdir(), "islet-config-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const value = fc.oneof(
  fc.nat(100_000),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.constantFrom("info", " 5 ", "0x10", "1e3", "auto", "", null, true),
);
const setting = fc.constantFrom(...settings);

function nested(flat: readonly (readonly [string, unknown])[]): object {
  const result: Record<string, unknown> = {};
  for (const [key, one] of flat) {
    const path = key.split(".");
    let at = result;
    for (const step of path.slice(0, -1)) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = one;
  }
  return result;
}

test("whatever is set, there is a complete configuration or one line that says what is wrong", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(setting, value), { maxLength: 4 }),
      fc.array(fc.tuple(setting, value), { maxLength: 4 }),
      (inEnvironment, inFile) => {
        writeFileSync(
          join(cwd, "islet.config.json"),
          JSON.stringify(nested(inFile.map(([{ key }, one]) => [key, one]))),
        );
        const env = Object.fromEntries(inEnvironment.map(([one, text]) => [environmentName(one), String(text)]));
        let config: ReturnType<typeof loadConfig>;
        try {
          config = loadConfig({ cwd, env });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as Error).message).toMatch(/^[^\n]*$/);
          return;
        }
        for (const { key, kind, min = 0, max = Number.MAX_SAFE_INTEGER } of settings) {
          if (kind !== "integer" && kind !== "count") continue;
          const set = key.split(".").reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], config);
          expect(Number.isSafeInteger(set)).toBe(true);
          expect(set).toBeGreaterThanOrEqual(min);
          expect(set).toBeLessThanOrEqual(max);
        }
        for (const name of limitNames) expect(config.limits.default[name]).toBeLessThanOrEqual(config.limits.max[name]);
      },
    ),
    { numRuns: 500 },
  );
});

test("any file is a configuration or a ConfigError", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (content) => {
      writeFileSync(join(cwd, "islet.config.json"), content);
      try {
        loadConfig({ cwd, env: {} });
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
      }
    }),
    { numRuns: 500 },
  );
});
