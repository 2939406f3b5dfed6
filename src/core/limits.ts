/** What one function may use. Sizes and times carry their unit in the name. */
export interface Limits {
  /** V8 heap of one isolate, in MiB. */
  readonly memoryMb: number;
  /** Time inside the isolate that one request may use, over all its slices. */
  readonly cpuMs: number;
  /** Time that loading the bundle's modules may take inside the isolate. */
  readonly startupMs: number;
  /** Time from request in to response out, including waiting for I/O. */
  readonly wallMs: number;
  /** Bytes that a request's body may have. */
  readonly requestBodyBytes: number;
}

export const defaultLimits: Limits = {
  memoryMb: 128,
  cpuMs: 50,
  startupMs: 1_000,
  wallMs: 30_000,
  requestBodyBytes: 100 * 1024 * 1024,
};

/** What a manifest may ask for at most, unless the operator says otherwise. */
export const defaultMaxLimits: Limits = {
  memoryMb: 512,
  cpuMs: 30_000,
  startupMs: 10_000,
  wallMs: 300_000,
  requestBodyBytes: 1024 * 1024 * 1024,
};

export const limitNames = Object.keys(defaultLimits) as (keyof Limits)[];
