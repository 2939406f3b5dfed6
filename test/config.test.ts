import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../src/config.ts";
import { defaultLimits, defaultMaxLimits } from "../src/core/limits.ts";
import { environmentName, flagName, settings } from "../src/settings.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "islet-config-"));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function file(content: unknown, name = "islet.config.json"): void {
  writeFileSync(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content));
}

test("has defaults for everything, by the cores of the machine", () => {
  const cores = availableParallelism();
  const fronts = Math.max(1, Math.floor(cores / 2));
  const config = loadConfig({ cwd, env: {} });
  expect(config).toMatchObject({
    dataDir: join(cwd, ".islet"),
    host: "0.0.0.0",
    port: 8787,
    controlHost: "127.0.0.1",
    controlPort: 8788,
    token: null,
    fronts,
    pools: Math.max(2, cores - fronts),
    followLoad: cores > 3,
    logLevel: "info",
    drainMs: 10_000,
    uploadBytes: 10_485_760,
    preparedIsolates: 2,
    poolConcurrency: 250,
    queueLength: 4_000,
    queueMs: 5_000,
    egressAllow: [],
    egressDeny: [],
    maxHops: 8,
    limits: { default: defaultLimits, max: defaultMaxLimits },
  });
  expect(config.warmMemoryMb).toBeGreaterThanOrEqual(256);
  expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.limits.max)).toBe(true);
});

test("fronts and pools follow the cores, and the load when neither is given and there is something to shift", () => {
  const split = (cores: number, env: Record<string, string> = {}) => {
    const { fronts, pools, followLoad } = loadConfig({ cwd, env, cores });
    return [fronts, pools, followLoad];
  };
  expect([1, 2, 3, 4, 8, 64].map((cores) => split(cores))).toEqual([
    [1, 2, false],
    [1, 2, false],
    [1, 2, false],
    [2, 2, true],
    [4, 4, true],
    [32, 32, true],
  ]);
  expect(split(8, { ISLET_FRONTS: "auto", ISLET_POOLS: "auto" })).toEqual([4, 4, true]);
  expect(split(8, { ISLET_FRONTS: "2" })).toEqual([2, 6, false]);
  expect(split(8, { ISLET_POOLS: "7" })).toEqual([4, 7, false]);
  // There each tenant has its own, and there are none.
  for (const isolation of ["strict", "none"]) expect(split(8, { ISLET_ISOLATION: isolation })).toEqual([4, 4, false]);
});

test("warm isolates have a quarter of the memory also when as many processes as can be are pools", () => {
  const warmMemoryMb = (env: Record<string, string>) => loadConfig({ cwd, env, cores: 4 }).warmMemoryMb;
  expect(warmMemoryMb({})).toBe(warmMemoryMb({ ISLET_POOLS: "3" }));
});

test("takes flags before the environment, that before the file, and that before the defaults", () => {
  file({ port: 1, controlPort: 2, fronts: 3, limits: { max: { cpuMs: 60 }, default: { cpuMs: 20 } }, dataDir: "here" });
  const config = loadConfig({
    cwd,
    env: { ISLET_CONTROL_PORT: "20", ISLET_FRONTS: "30", ISLET_LIMITS_MAX_CPU_MS: "600", ISLET_TOKEN: "", HOME: "/" },
    flags: { fronts: "300", pools: undefined },
  });
  expect(config).toMatchObject({ port: 1, controlPort: 20, fronts: 300, dataDir: join(cwd, "here"), token: null });
  expect([config.limits.default.cpuMs, config.limits.max.cpuMs]).toEqual([20, 600]);
});

test("reads lists of egress rules, with commas or as a list in the file", () => {
  file({ egressAllow: ["10.0.0.0/8", "db.internal:5432"], egressDeny: "10.0.0.1" });
  const config = loadConfig({ cwd, env: { ISLET_EGRESS_DENY: "10.0.0.2, *.example.com" } });
  expect(config.egressAllow).toEqual(["10.0.0.0/8", "db.internal:5432"]);
  expect(config.egressDeny).toEqual(["10.0.0.2", "*.example.com"]);
  expect(() => loadConfig({ cwd, env: { ISLET_EGRESS_DENY: "10.0.0.0/8,http://a/" } })).toThrow(
    /egressDeny must be a list of addresses and hosts.*ISLET_EGRESS_DENY/,
  );
  expect(() => loadConfig({ cwd, env: { ISLET_EGRESS_ALLOW: "," } })).toThrow(ConfigError);
});

test("reads another file when one is named", () => {
  file({ port: 5 }, "other.json");
  expect(loadConfig({ cwd, env: {}, configFile: "other.json" }).port).toBe(5);
  expect(loadConfig({ cwd, env: { ISLET_CONFIG: "other.json" } }).port).toBe(5);
});

test("lowers a default limit with a lowered maximum", () => {
  const { limits } = loadConfig({ cwd, env: { ISLET_LIMITS_MAX_MEMORY_MB: "64" } });
  expect(limits.default.memoryMb).toBe(64);
});

test("names every setting in three ways that follow from its key", () => {
  const names = settings.map((setting) => `${setting.key} ${environmentName(setting)} ${flagName(setting)}`);
  expect(names).toContain("dataDir ISLET_DATA_DIR --data-dir");
  expect(names).toContain(
    "limits.max.requestBodyBytes ISLET_LIMITS_MAX_REQUEST_BODY_BYTES --limits-max-request-body-bytes",
  );
  expect(new Set(names).size).toBe(settings.length);
});

describe("refuses in one line that names the setting and its source", () => {
  test.each<[string, object, RegExp]>([
    ["an unknown variable", { env: { ISLET_PROT: "1" } }, /ISLET_PROT/],
    [
      "a wrong variable",
      { env: { ISLET_PORT: "http" } },
      /port must be an integer from 0 to 65535, but the environment variable ISLET_PORT is "http"/,
    ],
    ["too much", { env: { ISLET_PORT: "65536" } }, /ISLET_PORT is "65536"/],
    [
      "too little",
      { env: { ISLET_POOLS: "0" } },
      /pools must be an integer from 1 to 512, or auto, .*ISLET_POOLS is "0"/,
    ],
    ["a fraction", { env: { ISLET_QUEUE_MS: "1.5" } }, /queueMs must be an integer of at least 0/],
    ["an unknown level", { env: { ISLET_LOG_LEVEL: "loud" } }, /logLevel must be one of .*ISLET_LOG_LEVEL is "loud"/],
    ["a wrong flag", { flags: { drainMs: "-1" } }, /drainMs must be .* the flag --drain-ms is "-1"/],
    ["an unknown flag", { flags: { nothing: "1" } }, /"nothing"/],
    [
      "a default over the maximum",
      { env: { ISLET_LIMITS_DEFAULT_CPU_MS: "99999" } },
      /limits\.default\.cpuMs is 99999, more than/,
    ],
    ["a file that is not there", { configFile: "none.json" }, /none\.json cannot be read/],
  ])("%s", (_, sources, message) => {
    const load = () => loadConfig({ cwd, env: {}, ...sources });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(message);
    expect(load).toThrow(/^[^\n]*$/);
  });

  test.each<[unknown, RegExp]>([
    [{ prot: 1 }, /islet\.config\.json has the unknown setting "prot"/],
    [{ limits: { max: { cpu: 1 } } }, /unknown setting "limits\.max\.cpu"/],
    [{ limits: 5 }, /unknown setting "limits"/],
    [{ port: "x" }, /port must be .*"port" in .*islet\.config\.json is "x"/],
    [{ port: null }, /is null/],
    [{ port: [1] }, /is \[1\]/],
    [{ token: "" }, /token must be a text/],
    ["{", /is not valid JSON/],
    [[], /must hold a JSON object/],
  ])("the file %j", (content, message) => {
    file(content);
    expect(() => loadConfig({ cwd, env: {} })).toThrow(message);
  });
});

test("what nothing confines cannot be required to be confined", () => {
  const flags = { isolation: "none", confinement: "require" };
  expect(() => loadConfig({ flags, env: {} })).toThrow(/^confinement is required, but with isolation none/);
});
