import type { LiveFunction } from "../../src/core/deployment.ts";
import type { IsletError } from "../../src/core/errors.ts";
import { type Invocation, type LogLevel, noBody, type RequestBody } from "../../src/core/invocation.ts";

let requests = 0;

/** A request as a front would make it. */
export class TestInvocation implements Invocation {
  readonly requestId = `test-${++requests}`;
  readonly fn: LiveFunction;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: RequestBody;
  /** What the function wrote with console.*. */
  readonly lines: [LogLevel, string][] = [];
  #cancelled: IsletError | undefined;
  #listener: ((reason: IsletError) => void) | undefined;

  constructor(fn: LiveFunction, request: { method?: string; url?: string; headers?: string; body?: RequestBody } = {}) {
    this.fn = fn;
    this.method = request.method ?? "GET";
    this.url = request.url ?? "http://test.localhost/";
    this.headers = request.headers ?? "";
    this.body = request.body ?? noBody;
  }

  onCancel(listener: (reason: IsletError) => void): void {
    if (this.#cancelled) listener(this.#cancelled);
    else this.#listener = listener;
  }

  cancel(reason: IsletError): void {
    this.#cancelled ??= reason;
    this.#listener?.(reason);
  }

  log(level: LogLevel, text: string): void {
    this.lines.push([level, text]);
  }
}
