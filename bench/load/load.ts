/** What a generator is asked to do. All URLs have the same origin and are asked for in turn. */
export interface Load {
  readonly urls: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Sent as a POST of application/json; without it requests are GETs. */
  readonly body?: string | undefined;
  /** Requests a second over all connections; without it as many as there is an answer to. */
  readonly rate?: number | undefined;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx and 3xx, and requests without an answer. */
  readonly errors: number;
}

export interface LoadGenerator {
  readonly name: string;
  readonly installed: () => boolean;
  readonly takes: (load: Load) => boolean;
  readonly run: (load: Load) => Promise<LoadResult>;
}

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
