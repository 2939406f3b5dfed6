import { defaultLimits, defaultMaxLimits, type Limits, limitNames } from "./core/limits.ts";

export type SettingKind =
  | "text"
  | "integer"
  | "count"
  | "level"
  | "isolation"
  | "egressRules"
  | "confinement"
  | "switch";

/** One setting, under one name in the file, the environment and the flags. */
export interface Setting {
  /** Dotted camelCase, as in islet.config.json: "limits.max.cpuMs". */
  readonly key: string;
  /** A count is an integer or auto. */
  readonly kind: SettingKind;
  readonly min?: number;
  readonly max?: number;
  readonly help: string;
}

export const confinementModes = ["auto", "require", "off"] as const;
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type ConfigLogLevel = (typeof logLevels)[number];

export const switchPositions = ["on", "off"] as const;
export type Switch = (typeof switchPositions)[number];

/** How tenants are kept apart: see README. */
export const isolationModes = ["shared", "strict", "none"] as const;
export type Isolation = (typeof isolationModes)[number];

const port = { kind: "integer", min: 0, max: 65_535 } as const;

const limitHelp: Record<keyof Limits, string> = {
  memoryMb: "memory of one isolate, in MiB: V8 heap, array buffers and WebAssembly",
  cpuMs: "time inside the isolate that one request may use, in milliseconds",
  startupMs: "time that loading a bundle may take, in milliseconds",
  wallMs: "time from request to response, in milliseconds",
  requestBodyBytes: "bytes of a request's body",
  subrequests: "subrequests that one request may make",
  subrequestsInFlight: "subrequests of one request that may wait for their answer at once",
  logBytes: "characters that one request may log",
  timers: "timers of one request that have not fired",
  responseHeaderBytes: "characters of a response's headers",
  waitUntil: "unsettled promises of one request in waitUntil()",
  requestsInFlight: "requests to the function that are not over, 1000000 for no limit",
  requestsPerSecond: "requests to the function a second, 1000000 for no limit",
  requestBurst: "of those, how many may come at once after a pause, 0 for as many as in a second",
};

/** The least that makes sense: isolated-vm refuses a heap under 8 MiB. */
export const smallestLimits: Limits = {
  memoryMb: 8,
  cpuMs: 1,
  startupMs: 1,
  wallMs: 1,
  requestBodyBytes: 0,
  subrequests: 0,
  subrequestsInFlight: 1,
  logBytes: 0,
  timers: 0,
  responseHeaderBytes: 0,
  waitUntil: 0,
  requestsInFlight: 1,
  requestsPerSecond: 1,
  requestBurst: 0,
};

const limitSettings = (["default", "max"] as const).flatMap((which) =>
  limitNames.map(
    (name): Setting => ({
      key: `limits.${which}.${name}`,
      kind: "integer",
      min: smallestLimits[name],
      help:
        which === "default"
          ? `${limitHelp[name]}, when the manifest has none (${defaultLimits[name]})`
          : `${limitHelp[name]}, that a manifest may ask for at most (${defaultMaxLimits[name]})`,
    }),
  ),
);

export const settings: readonly Setting[] = [
  { key: "dataDir", kind: "text", help: "directory for the store, the bundles and the token (./.islet)" },
  { key: "host", kind: "text", help: "address that functions are served on (0.0.0.0)" },
  { key: "port", ...port, help: "port that functions are served on, 0 for any free one (8787)" },
  { key: "controlHost", kind: "text", help: "address of the control API (127.0.0.1)" },
  { key: "controlPort", ...port, help: "port of the control API, 0 for any free one (8788)" },
  {
    key: "token",
    kind: "text",
    help: "bearer token of the control API (else <dataDir>/token, made at the first start)",
  },
  {
    key: "fronts",
    kind: "count",
    min: 1,
    max: 512,
    help: "front processes; auto: half the cores, and with pools auto too, what the load asks for (auto)",
  },
  { key: "pools", kind: "count", min: 1, max: 512, help: "pool processes; auto: the cores left, at least 2 (auto)" },
  { key: "logLevel", kind: "level", help: `${logLevels.join(", ")} (info)` },
  { key: "drainMs", kind: "integer", min: 0, help: "how long a drain waits for requests in flight (10000)" },
  { key: "uploadBytes", kind: "integer", min: 1, help: "bytes of one upload (10485760)" },
  {
    key: "warmMemoryMb",
    kind: "integer",
    min: 16,
    help: "memory for warm isolates in one process, in MiB (a quarter of the machine's, shared)",
  },
  {
    key: "poolMemoryMb",
    kind: "integer",
    min: 128,
    help: "memory of one process with isolates, in MiB, above which it is ended (warmMemoryMb and 1 to 2 GiB)",
  },
  {
    key: "poolRecycleMs",
    kind: "integer",
    min: 0,
    help: "age at which a pool process gives its place to a new one, in milliseconds, 0 for never (86400000)",
  },
  {
    key: "poolRecycleMb",
    kind: "integer",
    min: 0,
    help: "the same by the memory that it holds, in MiB, after its first ten minutes (warmMemoryMb and 0.5 to 1 GiB)",
  },
  { key: "confinement", kind: "confinement", help: "auto, require or off: what holds pool processes (auto)" },
  {
    key: "poolUid",
    kind: "integer",
    min: 1,
    max: 4_294_000_000,
    help: "first of the user and group ids of pool processes, when the server is root (60600)",
  },
  {
    key: "poolCgroup",
    kind: "text",
    help: "directory of a cgroup to make those of pool processes in (the server's own)",
  },
  {
    key: "prewarm",
    kind: "switch",
    help: "on or off: whether versions are loaded before their first request, at a deploy and after a restart (on)",
  },
  { key: "preparedIsolates", kind: "integer", min: 0, max: 100, help: "isolates kept ready in one pool process (2)" },
  {
    key: "poolConcurrency",
    kind: "integer",
    min: 1,
    help: "requests in flight in one pool before others go elsewhere (250)",
  },
  {
    key: "isolation",
    kind: "isolation",
    help: "shared: tenants share pool processes; strict: each has one of its own; none: a single tenant's functions run in the fronts (shared)",
  },
  {
    key: "dedicatedPools",
    kind: "integer",
    min: 1,
    max: 512,
    help: "tenants that may have a pool process of their own at the same time, in quarantine or by isolation strict (32)",
  },
  {
    key: "dedicatedIdleMs",
    kind: "integer",
    min: 1_000,
    help: "how long such a process is kept without requests (60000)",
  },
  {
    key: "quarantineAfter",
    kind: "integer",
    min: 1,
    max: 1_000,
    help: "hits of CPU, memory and start-up limits within a minute that bring a version into quarantine (5)",
  },
  {
    key: "quarantineMs",
    kind: "integer",
    min: 1,
    help: "how long the first quarantine is; each further one is twice as long (60000)",
  },
  { key: "longestQuarantineMs", kind: "integer", min: 1, help: "how long a quarantine is at most (3600000)" },
  {
    key: "tenantRequestsInFlight",
    kind: "integer",
    min: 1,
    help: "requests to all functions of one tenant that are not over, 1000000 for no limit (1000000)",
  },
  {
    key: "tenantRequestsPerSecond",
    kind: "integer",
    min: 1,
    help: "requests to all functions of one tenant a second, 1000000 for no limit (1000000)",
  },
  {
    key: "tenantRequestBurst",
    kind: "integer",
    min: 0,
    help: "of those, how many may come at once after a pause, 0 for as many as in a second (0)",
  },
  { key: "queueLength", kind: "integer", min: 0, help: "requests that may wait for a pool (4000)" },
  { key: "queueMs", kind: "integer", min: 0, help: "how long a request may wait for a pool (5000)" },
  {
    key: "dockerHost",
    kind: "text",
    help: "address of the container engine, unix:///path (DOCKER_HOST, else unix:///var/run/docker.sock)",
  },
  { key: "containers", kind: "integer", min: 0, max: 10_000, help: "containers that run at the same time (32)" },
  {
    key: "containersMemoryMb",
    kind: "integer",
    min: 128,
    help: "memory that all containers may take together, in MiB (half of the machine's)",
  },
  {
    key: "containerSandbox",
    kind: "confinement",
    help: "auto, require or off: gVisor's runsc for containers, where the engine has it with --host-uds=open (auto)",
  },
  {
    key: "containersPerVersion",
    kind: "integer",
    min: 1,
    max: 1_000,
    help: "containers of one version at most; a manifest's maxInstances may ask for fewer (8)",
  },
  {
    key: "containerConcurrency",
    kind: "integer",
    min: 1,
    max: 100,
    help: "requests that a container takes at the same time at most; a manifest's concurrency may ask for fewer (10)",
  },
  { key: "containerCpus", kind: "integer", min: 1, max: 512, help: "CPUs that a container may use (1)" },
  {
    key: "containerMemoryMb",
    kind: "integer",
    min: 16,
    help: "memory of a function in a container, in MiB, when the manifest has none or was for an isolate (512)",
  },
  {
    key: "containerMaxMemoryMb",
    kind: "integer",
    min: 16,
    help: "memory of a function in a container, in MiB, that a manifest may ask for at most (2048, or containerMemoryMb)",
  },
  {
    key: "containerUid",
    kind: "integer",
    min: 1,
    max: 4_294_000_000,
    help: "user and group id in containers, when the server is root (60500)",
  },
  {
    key: "containerPauseMs",
    kind: "integer",
    min: 10,
    help: "how long a container is idle until it is paused (5000)",
  },
  {
    key: "containerIdleMs",
    kind: "integer",
    min: 10,
    help: "how long a container is idle, paused or not, until it is removed (300000)",
  },
  {
    key: "nodeImage",
    kind: "text",
    help: "image with Node for functions, and for Dockerfiles' NODE_IMAGE: node:24-slim (made of this machine's Node)",
  },
  {
    key: "pythonImage",
    kind: "text",
    help: "image with Python, likewise, and for PYTHON_IMAGE: python:3.13-slim (made of this machine's Python)",
  },
  { key: "buildMs", kind: "integer", min: 1, help: "how long the build of a Dockerfile may take (300000)" },
  {
    key: "buildMemoryMb",
    kind: "integer",
    min: 16,
    help: "memory of the commands that a Dockerfile runs, in MiB (1024)",
  },
  {
    key: "buildDiskMb",
    kind: "integer",
    min: 16,
    help: "what the build of a Dockerfile may write to the engine's disk, in MiB (4096)",
  },
  {
    key: "buildNetwork",
    kind: "text",
    help: "network of the commands that a Dockerfile runs: none, or one of the engine's such as bridge (none)",
  },
  {
    key: "fallbackAfter",
    kind: "integer",
    min: 0,
    max: 1_000,
    help: "hits of CPU and memory limits within ten minutes that move a function of tier auto to a container, 0 for never (3)",
  },
  {
    key: "fallbackMs",
    kind: "integer",
    min: 1,
    help: "how long a request that such a limit ended may take once more in a container (10000)",
  },
  {
    key: "egressAllow",
    kind: "egressRules",
    help: "addresses and hosts that functions may fetch from although they are not public (none)",
  },
  { key: "egressDeny", kind: "egressRules", help: "addresses and hosts that functions may not fetch from (none)" },
  {
    key: "maxHops",
    kind: "integer",
    min: 0,
    max: 1_000,
    help: "functions that a request may come through, each fetching from the next (8)",
  },
  ...limitSettings,
];

/** "limits.max.cpuMs" → ["limits", "max", "cpu", "ms"]. */
function words(key: string): string[] {
  return key.split(".").flatMap((part) => part.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(" "));
}

/** "controlPort" → "ISLET_CONTROL_PORT". */
export function environmentName(setting: Setting): string {
  return `ISLET_${words(setting.key).join("_").toUpperCase()}`;
}

/** "controlPort" → "--control-port". */
export function flagName(setting: Setting): string {
  return `--${words(setting.key).join("-")}`;
}
