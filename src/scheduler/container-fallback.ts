import { inContainers, isolateKey, type LiveFunction } from "../core/deployment.ts";
import { type EndedByLimit, type ErrorCode, IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import type { SecondRunOutcome, TightLimit } from "../core/messages.ts";
import { SecondRun } from "./second-run.ts";

const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
/** Versions whose first second run went well; past them they prove themselves anew. */
const mostProven = 1_000;

/** No container could be had. */
const unavailable: ReadonlySet<ErrorCode> = new Set([
  ...(["containers_unavailable", "container_failed", "overloaded", "queue_timeout"] as const),
]);
/** What a function answers that has run to its end. */
const answers: ReadonlySet<ErrorCode> = new Set([
  ...([
    "function_error",
    "function_no_response",
    "websocket_not_served",
    "function_header_limit",
    "invalid_argument",
  ] as const),
]);

export interface FallbackParts {
  /** Runs an invocation of a function that is in containers. */
  readonly run: (invocation: Invocation) => Promise<Reply>;
  /** How long a second run may take, the start of its container included. */
  readonly withinMs: number;
  readonly onOutcome: (fn: LiveFunction, limit: TightLimit, then: SecondRunOutcome) => void;
}

/** Whether running a request again does no harm and is possible. */
export function isRepeatable({ method, body }: Invocation, isHarmless: boolean): boolean {
  if (!isHarmless && !idempotent.has(method)) return false;
  return body.kind !== "stream" || !body.opened();
}

/**
 * Runs requests that an isolate's limit has ended once more in a container, so that their clients see an answer.
 * Only one of a version at first: when the container fails too, those that have waited for it are not run there.
 */
export class ContainerFallback {
  readonly #parts: FallbackParts;
  readonly #contained = new WeakMap<LiveFunction, LiveFunction>();
  readonly #proven = new Set<string>();
  readonly #proofs = new Map<string, Promise<boolean>>();

  constructor(parts: FallbackParts) {
    this.#parts = parts;
  }

  /** @throws IsletError: the one of before, with what became of the second run; what the function answered there. */
  async instead(invocation: Invocation, error: IsletError, { sentOut }: EndedByLimit): Promise<Reply> {
    const { fn } = invocation;
    const told = (then: SecondRunOutcome) =>
      this.#parts.onOutcome(fn, error.code === "function_cpu_limit" ? "cpu" : "memory", then);
    // What was sent out may have had effects, which a method that is idempotent may have twice.
    if (!isRepeatable(invocation, !sentOut)) {
      told("not_repeated");
      throw error;
    }
    const key = isolateKey(fn);
    const run = () => this.#run(invocation, error, told);
    const proof = this.#proofs.get(key);
    if (this.#proven.has(key)) return run();
    if (!proof) return this.#prove(key, run);
    if (!(await unlessCancelled(invocation, proof))) {
      told("not_repeated");
      throw withMore(error, "a container could not answer another request like it");
    }
    return run();
  }

  async #prove(key: string, run: () => Promise<Reply>): Promise<Reply> {
    const running = run();
    const proof = running.then(
      () => true,
      (error: unknown) => error instanceof IsletError && answers.has(error.code),
    );
    this.#proofs.set(key, proof);
    void proof.then((went) => {
      this.#proofs.delete(key);
      if (this.#proven.size >= mostProven) this.#proven.clear();
      if (went) this.#proven.add(key);
    });
    return running;
  }

  async #run(first: Invocation, error: IsletError, told: (then: SecondRunOutcome) => void): Promise<Reply> {
    const { run, withinMs } = this.#parts;
    const second = new SecondRun(first, this.#inContainers(first.fn));
    const tooLong = new IsletError("function_wall_limit", `there was no answer within ${withinMs} ms`);
    const timer = setTimeout(() => second.cancel(tooLong), withinMs);
    try {
      const reply = await run(second);
      reply.usage.tier = "container";
      told("answered");
      return reply;
    } catch (again) {
      if (!(again instanceof IsletError) || again.code === "client_gone") throw again;
      if (answers.has(again.code)) {
        told("answered");
        throw again;
      }
      told(unavailable.has(again.code) ? "unavailable" : "failed");
      // The request's own time is up.
      if (again.code === "function_wall_limit" && again !== tooLong) throw again;
      throw withMore(error, `once more in a container: ${again.message}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same object for the same function, since what is known of it is kept by that. */
  #inContainers(fn: LiveFunction): LiveFunction {
    let contained = this.#contained.get(fn);
    if (!contained) {
      contained = inContainers(fn);
      this.#contained.set(fn, contained);
    }
    return contained;
  }
}

function unlessCancelled<Result>(invocation: Invocation, result: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    invocation.onCancel(reject);
    result.then(resolve, reject);
  });
}

function withMore(error: IsletError, more: string): IsletError {
  const { code, message, detail } = error;
  return new IsletError(code, `${message}; ${more}`, { ...(detail !== undefined && { detail }), cause: error });
}
