import type { ErrorCode } from "../../src/core/errors.ts";
import type { Answer, Send, TestModule } from "../e2e/server.ts";
import type { Field } from "./field.ts";

/**
 * The most that an attack may take with it:
 * `tame`: nothing, the pool process goes on with all its isolates; `isolate`: the hostile function's own isolate;
 * `process`: the pool process, which must be replaced while the good function's requests wait.
 */
export type Severity = "tame" | "isolate" | "process";

interface Described {
  readonly title: string;
  /** One sentence: what must hold. Beside it, what field.ts checks of every attack. */
  readonly holds: string;
  readonly severity: Severity;
}

/** A tenant's code. Its limits are small unless the manifest says otherwise; see field.ts. */
export interface FunctionAttack extends Described {
  readonly source: string | Record<string, TestModule>;
  readonly manifest?: { readonly limits?: object; readonly [field: string]: unknown };
  /** How often it is asked, one after the other; once if not given. */
  readonly times?: number;
  readonly request?: Send & { readonly path?: string };
  readonly expectation: {
    /**
     * What its client may be answered: an error's code, a status without one, or an answer that breaks off. Empty: the
     * upload is refused.
     */
    readonly answers: readonly (ErrorCode | number | "broken")[];
    /** What the body must be when the function itself answers. */
    readonly body?: RegExp;
    /** Codes that the upload may be refused with, instead or only. */
    readonly refused?: readonly ErrorCode[];
    /** The reason that the log must give for its isolate's end. */
    readonly death?: RegExp;
    /** A line that the log must have under its name. */
    readonly log?: RegExp;
    /** Anything else. */
    check?(answer: Answer, field: Field): void | Promise<void>;
  };
}

/** What a client or an uploader does from outside. */
export interface ClientAttack extends Described {
  act(field: Field): Promise<void>;
}

export type Attack = FunctionAttack | ClientAttack;

/** A module whose fetch() does this. */
export function handler(body: string, top = ""): string {
  return `${top}\nexport default { async fetch(request, env, ctx) { ${body} } };`;
}

/** What a request that computes too long may end with: in its isolate, or with its process when V8 cannot be stopped. */
export const outOfTime = ["function_cpu_limit"] as const satisfies readonly ErrorCode[];

/** What a request that takes too much memory may end with. Filling memory takes time, so either limit may come first. */
export const outOfMemory = ["function_memory_limit", "function_cpu_limit"] as const satisfies readonly ErrorCode[];

/** What a request that may take its process with it may end with. */
export const outOfProcess = [
  ...outOfMemory,
  "function_crashed",
  "function_stalled",
] as const satisfies readonly ErrorCode[];
