import type { Send } from "../e2e/server.ts";

/** A request to one of the functions, and what its package has to answer. */
export interface Case {
  /** The function's file, without its extension, and the path. */
  readonly to: `${string}/${string}`;
  /** Apart from the path. */
  readonly send?: Omit<Send, "host">;
  /** 200 if it is not given. */
  readonly status?: number;
  /** Those of the answer's that matter; a pattern has to match, undefined is for one that must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | undefined>>;
  /** The whole body. */
  readonly text?: string | RegExp;
  readonly json?: unknown;
  /** What text and json do not say. */
  readonly check?: (body: Buffer) => void | Promise<void>;
}
