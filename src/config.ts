import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseEgressRule } from "./core/egress-rules.ts";
import { defaultLimits, defaultMaxLimits, type Limits, limitNames, unlimitedRequests } from "./core/limits.ts";
import {
  type ConfigLogLevel,
  confinementModes,
  environmentName,
  flagName,
  type Isolation,
  isolationModes,
  logLevels,
  type Setting,
  type Switch,
  settings,
  switchPositions,
} from "./settings.ts";

/** Everything that can be set, complete and valid. Frozen, so that it can be passed around as it is. */
export interface Config {
  /** Absolute path. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly controlHost: string;
  readonly controlPort: number;
  /** Null: the token is in `<dataDir>/token`. */
  readonly token: string | null;
  /** At the start, if they follow the load. */
  readonly fronts: number;
  /** The same. */
  readonly pools: number;
  /** Fronts and pools become more and fewer with the load, as many in all. */
  readonly followLoad: boolean;
  readonly logLevel: ConfigLogLevel;
  readonly drainMs: number;
  readonly uploadBytes: number;
  /** Per process with isolates, in MiB. */
  readonly warmMemoryMb: number;
  /** Per process with isolates, in MiB. */
  readonly poolMemoryMb: number;
  /** 0 for never. */
  readonly poolRecycleMs: number;
  /** 0 for never. */
  readonly poolRecycleMb: number;
  readonly confinement: "auto" | "require" | "off";
  readonly poolUid: number;
  /** Null: the one that the server is in. */
  readonly poolCgroup: string | null;
  readonly prewarm: Switch;
  readonly preparedIsolates: number;
  readonly poolConcurrency: number;
  readonly isolation: Isolation;
  readonly dedicatedPools: number;
  readonly dedicatedIdleMs: number;
  readonly quarantineAfter: number;
  readonly quarantineMs: number;
  readonly longestQuarantineMs: number;
  /** Of all functions of one tenant together. */
  readonly tenantRequestsInFlight: number;
  readonly tenantRequestsPerSecond: number;
  readonly tenantRequestBurst: number;
  readonly queueLength: number;
  readonly queueMs: number;
  readonly dockerHost: string;
  readonly containers: number;
  readonly containersMemoryMb: number;
  readonly containerSandbox: "auto" | "require" | "off";
  readonly containersPerVersion: number;
  readonly containerConcurrency: number;
  readonly containerCpus: number;
  readonly containerMemoryMb: number;
  readonly containerMaxMemoryMb: number;
  readonly containerUid: number;
  readonly containerPauseMs: number;
  readonly containerIdleMs: number;
  readonly nodeImage: string;
  readonly pythonImage: string;
  readonly buildMs: number;
  readonly buildMemoryMb: number;
  readonly buildDiskMb: number;
  readonly buildNetwork: string;
  readonly fallbackAfter: number;
  readonly fallbackMs: number;
  readonly egressAllow: readonly string[];
  readonly egressDeny: readonly string[];
  readonly maxHops: number;
  readonly limits: { readonly default: Limits; readonly max: Limits };
}

/** A setting that cannot be used. Its message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ConfigSources {
  /** By setting key: { controlPort: "0" }. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Must exist when it is given; else islet.config.json in `cwd` is read if there is one. */
  readonly configFile?: string | undefined;
  /** Instead of those that this process may use: by its affinity and its cgroup's quota. */
  readonly cores?: number;
}

type Value = string | number | readonly string[];

const configFileName = "islet.config.json";
const configFileEnvironment = "ISLET_CONFIG";

/**
 * Reads the configuration: defaults, then the file, then ISLET_* variables, then flags; the later wins.
 * @throws ConfigError that names the setting and where it was set.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const cwd = sources.cwd ?? process.cwd();
  const env = sources.env ?? process.env;
  const values = new Map<string, Value>([
    ...fromFile(sources.configFile ?? env[configFileEnvironment], cwd),
    ...fromEnvironment(env),
    ...fromFlags(sources.flags ?? {}),
  ]);
  return complete(values, cwd, sources.cores ?? availableParallelism(), env.DOCKER_HOST);
}

function fromFile(given: string | undefined, cwd: string): Map<string, Value> {
  const path = resolve(cwd, given ?? configFileName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (given === undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw new ConfigError(`The configuration file ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  const found = new Map<string, Value>();
  for (const [key, value] of leaves(content, "", path)) {
    const setting = settings.find((candidate) => candidate.key === key);
    if (!setting) throw new ConfigError(`${path} has the unknown setting ${JSON.stringify(key)}.`);
    found.set(key, validValue(setting, value, `${JSON.stringify(key)} in ${path}`));
  }
  return found;
}

function leaves(content: unknown, prefix: string, path: string): [string, unknown][] {
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    if (prefix === "") throw new ConfigError(`${path} must hold a JSON object.`);
    return [[prefix, content]];
  }
  return Object.entries(content).flatMap(([key, value]) =>
    leaves(value, prefix === "" ? key : `${prefix}.${key}`, path),
  );
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Map<string, Value> {
  const byName = new Map(settings.map((setting) => [environmentName(setting), setting]));
  const found = new Map<string, Value>();
  for (const [name, value] of Object.entries(env)) {
    // An empty variable counts as unset: that is how compose files and CI leave one out.
    if (!name.startsWith("ISLET_") || name === configFileEnvironment || value === undefined || value === "") continue;
    const setting = byName.get(name);
    if (!setting) throw new ConfigError(`The environment variable ${name} is no setting of Islet.`);
    found.set(setting.key, validValue(setting, value, `the environment variable ${name}`));
  }
  return found;
}

function fromFlags(flags: Readonly<Record<string, string | undefined>>): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const setting = settings.find((candidate) => candidate.key === key);
    if (!setting) throw new ConfigError(`The flag for ${JSON.stringify(key)} is no setting of Islet.`);
    found.set(key, validValue(setting, value, `the flag ${flagName(setting)}`));
  }
  return found;
}

function validValue(setting: Setting, value: unknown, source: string): Value {
  const refuse = (wanted: string) =>
    new ConfigError(`${setting.key} must be ${wanted}, but ${source} is ${JSON.stringify(value)}.`);
  if (setting.kind === "count" && value === "auto") return value;
  if (setting.kind === "integer" || setting.kind === "count") {
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < min || number > max) {
      const wanted = setting.max === undefined ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
      throw refuse(setting.kind === "count" ? `${wanted}, or auto` : wanted);
    }
    return number;
  }
  if (setting.kind === "egressRules") {
    const rules = typeof value === "string" ? value.split(",") : value;
    if (!Array.isArray(rules) || !rules.every((rule) => typeof rule === "string")) {
      throw refuse("a text with commas or a list of texts");
    }
    return rules.map((rule) => egressRule(rule, (problem) => refuse(`a list of addresses and hosts (${problem})`)));
  }
  if (typeof value !== "string" || value.trim() === "") throw refuse("a text");
  const choices = choicesOf[setting.kind];
  if (choices && !choices.includes(value)) throw refuse(`one of ${choices.join(", ")}`);
  return value;
}

function egressRule(text: string, refuse: (problem: string) => ConfigError): string {
  try {
    parseEgressRule(text);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  return text.trim();
}

const choicesOf: Partial<Record<Setting["kind"], readonly string[]>> = {
  level: logLevels,
  isolation: isolationModes,
  confinement: confinementModes,
  switch: switchPositions,
};

function complete(values: ReadonlyMap<string, Value>, cwd: string, cores: number, usualDockerHost = ""): Config {
  const number = (key: string, fallback: number) => (values.get(key) ?? fallback) as number;
  const text = (key: string, fallback: string) => (values.get(key) ?? fallback) as string;

  const list = (key: string) => Object.freeze((values.get(key) ?? []) as readonly string[]);
  const count = (key: string) => (values.get(key) === "auto" ? undefined : (values.get(key) as number | undefined));
  const fronts = count("fronts") ?? Math.max(1, Math.floor(cores / 2));
  const pools = count("pools") ?? Math.max(2, cores - fronts);
  const isolation = text("isolation", "shared") as Isolation;
  const isAuto = count("fronts") === undefined && count("pools") === undefined;
  // Of three, none can be of another kind: there are always a front and two pools.
  const followLoad = isAuto && isolation === "shared" && fronts + pools > 3;
  const confinement = text("confinement", "auto") as Config["confinement"];
  if (isolation === "none" && confinement === "require") {
    throw new ConfigError(
      "confinement is required, but with isolation none functions run in the fronts, which have none.",
    );
  }
  const mostPools = followLoad ? fronts + pools - 1 : pools;
  const warmMemoryMb = number("warmMemoryMb", warmMemoryFor(isolation === "none" ? fronts : mostPools));
  const max = completeLimits(values, "max", defaultMaxLimits);
  // A lowered maximum lowers the default with it, unless the operator set that as well.
  const lowered = Object.fromEntries(limitNames.map((name) => [name, Math.min(defaultLimits[name], max[name])]));
  const standard = completeLimits(values, "default", { ...defaultLimits, ...lowered });
  for (const name of limitNames) {
    if (standard[name] > max[name]) {
      throw new ConfigError(`limits.default.${name} is ${standard[name]}, more than limits.max.${name}, ${max[name]}.`);
    }
  }
  const containerMemoryMb = number("containerMemoryMb", Math.min(512, number("containerMaxMemoryMb", 512)));
  const containerMaxMemoryMb = number("containerMaxMemoryMb", Math.max(2_048, containerMemoryMb));
  if (containerMemoryMb > containerMaxMemoryMb) {
    throw new ConfigError(
      `containerMemoryMb is ${containerMemoryMb}, more than containerMaxMemoryMb, ${containerMaxMemoryMb}.`,
    );
  }
  return Object.freeze({
    dataDir: resolve(cwd, text("dataDir", ".islet")),
    host: text("host", "0.0.0.0"),
    port: number("port", 8787),
    controlHost: text("controlHost", "127.0.0.1"),
    controlPort: number("controlPort", 8788),
    token: values.has("token") ? text("token", "") : null,
    ...{ fronts, pools, followLoad },
    logLevel: text("logLevel", "info") as ConfigLogLevel,
    drainMs: number("drainMs", 10_000),
    uploadBytes: number("uploadBytes", 10 * 1024 * 1024),
    warmMemoryMb,
    poolMemoryMb: number("poolMemoryMb", warmMemoryMb + headroomMb()),
    poolRecycleMs: number("poolRecycleMs", 24 * 60 * 60 * 1000),
    poolRecycleMb: number("poolRecycleMb", warmMemoryMb + Math.floor(headroomMb() / 2)),
    confinement,
    poolUid: number("poolUid", 60_600),
    poolCgroup: values.has("poolCgroup") ? resolve(cwd, text("poolCgroup", "")) : null,
    prewarm: text("prewarm", "on") as Switch,
    preparedIsolates: number("preparedIsolates", 2),
    poolConcurrency: number("poolConcurrency", 250),
    isolation,
    dedicatedPools: number("dedicatedPools", 32),
    dedicatedIdleMs: number("dedicatedIdleMs", 60_000),
    quarantineAfter: number("quarantineAfter", 5),
    quarantineMs: number("quarantineMs", 60_000),
    longestQuarantineMs: number("longestQuarantineMs", 60 * 60 * 1000),
    tenantRequestsInFlight: number("tenantRequestsInFlight", unlimitedRequests),
    tenantRequestsPerSecond: number("tenantRequestsPerSecond", unlimitedRequests),
    tenantRequestBurst: number("tenantRequestBurst", 0),
    queueLength: number("queueLength", 4_000),
    queueMs: number("queueMs", 5_000),
    dockerHost: text("dockerHost", usualDockerHost === "" ? "unix:///var/run/docker.sock" : usualDockerHost),
    containers: number("containers", 32),
    containerSandbox: text("containerSandbox", "auto") as Config["containerSandbox"],
    containersMemoryMb: number("containersMemoryMb", Math.floor(machineMemoryMb() / 2)),
    containersPerVersion: number("containersPerVersion", 8),
    containerConcurrency: number("containerConcurrency", 10),
    containerCpus: number("containerCpus", 1),
    ...{ containerMemoryMb, containerMaxMemoryMb },
    containerUid: number("containerUid", 60_500),
    containerPauseMs: number("containerPauseMs", 5_000),
    containerIdleMs: number("containerIdleMs", 300_000),
    nodeImage: text("nodeImage", ""),
    pythonImage: text("pythonImage", ""),
    buildMs: number("buildMs", 300_000),
    buildMemoryMb: number("buildMemoryMb", 1_024),
    buildDiskMb: number("buildDiskMb", 4_096),
    buildNetwork: text("buildNetwork", "none"),
    fallbackAfter: number("fallbackAfter", 3),
    fallbackMs: number("fallbackMs", 10_000),
    egressAllow: list("egressAllow"),
    egressDeny: list("egressDeny"),
    maxHops: number("maxHops", 8),
    limits: Object.freeze({ default: standard, max }),
  });
}

function completeLimits(values: ReadonlyMap<string, Value>, which: "default" | "max", fallback: Limits): Limits {
  const entries = limitNames.map((name) => [name, values.get(`limits.${which}.${name}`) ?? fallback[name]]);
  return Object.freeze({ ...fallback, ...Object.fromEntries(entries) });
}

/** A quarter of the memory that there is, shared by the processes with isolates. */
function warmMemoryFor(processes: number): number {
  return Math.max(256, Math.floor(machineMemoryMb() / 4 / processes));
}

/**
 * For what is not warm isolates: V8 lets a heap grow far over its limit before it ends it (by 1 GB,
 * measured), so less would take the process for the isolate. An eighth of the memory, 1 to 2 GiB.
 */
function headroomMb(): number {
  return Math.floor(Math.min(2_048, Math.max(1_024, machineMemoryMb() / 8)));
}

/** Of this machine or container, in MiB. */
function machineMemoryMb(): number {
  const constrained = process.constrainedMemory();
  return (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()) / 1024 / 1024;
}
