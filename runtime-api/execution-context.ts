import { describeError } from "./describe-error.ts";
import type { Request } from "./fetch/request.ts";
import { isUpgrade, type Response, sendResponse } from "./fetch/response.ts";
import { host } from "./host.ts";
import { outgoingModule } from "./lazy.ts";
import type { FailureKind } from "./ops.ts";
import { RunningInvocations } from "./running.ts";
import { endTimers } from "./timers.ts";
import { defineInterface, requireArguments } from "./webidl.ts";

/** Promises that waitUntil() takes at once from one invocation. */
let mostWaiting = Number.POSITIVE_INFINITY;

export function limitWaiting(most: number): void {
  mostWaiting = most;
}

export const running = new RunningInvocations<Invocation>();

/** One request, from `invoke` until nothing is left to wait for. */
export class Invocation {
  readonly id: number;
  readonly request: Request;
  listedAt = -1;
  /** Promises of waitUntil, and the body while it is written. */
  #waiting = 0;
  #abandoned = false;
  #state: "unanswered" | "answered" | "over" = "unanswered";

  constructor(id: number, request: Request) {
    this.id = id;
    this.request = request;
  }

  /** Throws a TypeError when the response cannot be sent; it is unanswered then. */
  answer(response: Response): void {
    if (this.#state !== "unanswered") return;
    if (isUpgrade(response)) {
      this.fail("upgrade", "The function answers with a WebSocket, which this server does not serve yet", "");
      return;
    }
    const body = sendResponse(response, this.id, this.#waiting > 0);
    this.#state = "answered";
    if (body !== undefined) void this.#keepOpen(body, "The body's stream broke");
    else if (this.#waiting === 0) this.#end();
    if (this.#abandoned) outgoingModule().stopPump(this.id, undefined);
    else if (this.#waiting > 0) running.add(this);
  }

  fail(kind: FailureKind, message: string, stack: string): void {
    if (this.#state !== "unanswered") return;
    // Before anything that could go wrong.
    host.fail(this.id, kind, message, stack);
    this.#end();
  }

  /** Nobody waits for its answer any more. What waitUntil() was given goes on. */
  abandon(): void {
    this.#abandoned = true;
    if (this.#waiting > 0) {
      host.goesOn(this.id);
      return;
    }
    running.delete(this);
    endTimers(this.id);
  }

  waitUntil(promise: unknown): void {
    if (this.#state === "over") {
      host.log(this.id, "warn", "waitUntil() was called after the invocation had ended, and has no effect");
      return;
    }
    if (this.#waiting >= mostWaiting) {
      host.limitHit(this.id);
      throw new RangeError(`waitUntil: ${mostWaiting} promises are waited for, as many as limits.waitUntil allows`);
    }
    void this.#keepOpen(promise, "A promise given to waitUntil() rejected");
  }

  async #keepOpen(promise: unknown, complaint: string): Promise<void> {
    this.#waiting++;
    try {
      await promise;
    } catch (error) {
      const { message, stack } = describeError(error);
      host.log(this.id, "error", `${complaint}: ${stack === "" ? message : stack}`);
    }
    this.#waiting--;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#waiting > 0 || this.#state === "over") return;
    if (this.#state === "unanswered" && !this.#abandoned) return;
    this.#end();
    host.finish(this.id);
  }

  #end(): void {
    this.#state = "over";
    running.delete(this);
    endTimers(this.id);
  }
}

/** The third argument of fetch(request, env, ctx). */
export class ExecutionContext {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** Lets work go on after the response has been sent. */
  waitUntil(promise: unknown): void {
    requireArguments(arguments.length, 1, "waitUntil");
    this.#invocation.waitUntil(promise);
  }

  /** There is no origin behind a function to pass to: does nothing. */
  passThroughOnException(): void {
    void this.#invocation;
  }
}
defineInterface(ExecutionContext, "ExecutionContext");
