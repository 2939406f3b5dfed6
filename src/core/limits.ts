import { createHash } from "node:crypto";

/** What one function may use. Sizes and times carry their unit in the name. */
export interface Limits {
  /** Memory of one isolate, in MiB: V8 heap, array buffers and WebAssembly. */
  readonly memoryMb: number;
  /** Time inside the isolate that one request may use, over all its slices. */
  readonly cpuMs: number;
  /** Time that loading the bundle's modules may take inside the isolate. */
  readonly startupMs: number;
  /** Time from request in to response out, including waiting for I/O. */
  readonly wallMs: number;
  /** Bytes that a request's body may have. */
  readonly requestBodyBytes: number;
  /** Subrequests that one request may make. */
  readonly subrequests: number;
  /** Subrequests of one request that may wait for their answer at once; more wait their turn. */
  readonly subrequestsInFlight: number;
  /** Characters that one request may log. */
  readonly logBytes: number;
  /** Timers of one request that have not fired. */
  readonly timers: number;
  /** Characters that the response's headers may have. */
  readonly responseHeaderBytes: number;
  /** Promises given to waitUntil() by one request that are not settled. */
  readonly waitUntil: number;
  /** Requests to the function that are not over, on the whole server. `unlimitedRequests`: no limit. */
  readonly requestsInFlight: number;
  /** Requests to the function a second, on the whole server. `unlimitedRequests`: no limit. */
  readonly requestsPerSecond: number;
  /** Of those, how many may come at once after a pause. 0: as many as in a second. */
  readonly requestBurst: number;
}

export type LimitName = keyof Limits;

/** How many requests, of a function or of all functions of a tenant. */
export type RequestLimits = Pick<Limits, "requestsInFlight" | "requestsPerSecond" | "requestBurst">;

/** What the operator has laid down for one tenant. What is absent is as for all tenants. */
export interface TenantTerms {
  /** What the manifests of its functions may ask for at most, and what holds for those that are live. */
  readonly max: Partial<Limits>;
  /** Of all its functions together. */
  readonly limits: Partial<RequestLimits>;
}

/** More than one server can have: whoever says so means that there is no limit. */
export const unlimitedRequests = 1_000_000;

export const defaultLimits: Limits = {
  memoryMb: 128,
  cpuMs: 50,
  startupMs: 1_000,
  wallMs: 30_000,
  requestBodyBytes: 100 * 1024 * 1024,
  subrequests: 50,
  subrequestsInFlight: 6,
  logBytes: 256 * 1024,
  timers: 1_000,
  responseHeaderBytes: 64 * 1024,
  waitUntil: 1_000,
  requestsInFlight: unlimitedRequests,
  requestsPerSecond: unlimitedRequests,
  requestBurst: 0,
};

/** What a manifest may ask for at most, unless the operator says otherwise. */
export const defaultMaxLimits: Limits = {
  memoryMb: 512,
  cpuMs: 30_000,
  startupMs: 10_000,
  wallMs: 300_000,
  requestBodyBytes: 1024 * 1024 * 1024,
  subrequests: 1_000,
  subrequestsInFlight: 100,
  logBytes: 4 * 1024 * 1024,
  timers: 10_000,
  responseHeaderBytes: 256 * 1024,
  waitUntil: 10_000,
  requestsInFlight: unlimitedRequests,
  requestsPerSecond: unlimitedRequests,
  requestBurst: unlimitedRequests,
};

export const limitNames = Object.keys(defaultLimits) as LimitName[];

export const requestLimitNames: readonly (keyof RequestLimits)[] = [
  "requestsInFlight",
  "requestsPerSecond",
  "requestBurst",
];

/** None of them more than in `most`; what that does not name is as it was. */
export function heldTo(limits: Limits, most: Partial<Limits>): Limits {
  const lower = limitNames.map((name) => [name, Math.min(limits[name], most[name] ?? limits[name])]);
  const held = Object.fromEntries(lower) as unknown as Limits;
  return { ...held, requestBurst: burstHeldTo(limits.requestBurst, held.requestsPerSecond, most.requestBurst) };
}

/** 0 is as many as in a second, which may be more than is permitted. */
function burstHeldTo(burst: number, requestsPerSecond: number, most: number | undefined): number {
  // Without a rate there is no burst of it.
  if (most === undefined || requestsPerSecond >= unlimitedRequests) return burst;
  const mostAtOnce = most === 0 ? requestsPerSecond : most;
  return (burst === 0 ? requestsPerSecond : burst) > mostAtOnce ? mostAtOnce : burst;
}

/** Where functions run, nothing is known of these: fronts hold requests to them. */
const ofFrontsOnly: ReadonlySet<LimitName> = new Set([...requestLimitNames, "requestBodyBytes"]);

/** Tells `held` from other limits of the same version where it runs; undefined when there they are as `limits`. */
export function nameOfHeld(held: Limits, limits: Limits): string | undefined {
  const names = limitNames.filter((name) => !ofFrontsOnly.has(name));
  if (names.every((name) => held[name] === limits[name])) return undefined;
  const values = names.map((name) => held[name]).join(" ");
  return createHash("sha256").update(values).digest("hex").slice(0, 16);
}
