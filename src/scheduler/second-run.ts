import type { LiveFunction } from "../core/deployment.ts";
import type { IsletError } from "../core/errors.ts";
import type { Invocation, LogLevel, RequestBody } from "../core/invocation.ts";

/** The same request once more, somewhere else: it can be given up without giving up the request. */
export class SecondRun implements Invocation {
  readonly requestId: string;
  readonly fn: LiveFunction;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: RequestBody;
  readonly #first: Invocation;
  #cancelled: IsletError | undefined;
  #listener: ((reason: IsletError) => void) | undefined;

  constructor(first: Invocation, fn: LiveFunction) {
    this.#first = first;
    this.fn = fn;
    ({ requestId: this.requestId, method: this.method, url: this.url, headers: this.headers, body: this.body } = first);
    first.onCancel((reason) => this.cancel(reason));
  }

  /** The latest listener only: whoever has the invocation now. */
  onCancel(listener: (reason: IsletError) => void): void {
    if (this.#cancelled) listener(this.#cancelled);
    else this.#listener = listener;
  }

  cancel(reason: IsletError): void {
    if (this.#cancelled) return;
    this.#cancelled = reason;
    this.#listener?.(reason);
  }

  log(level: LogLevel, text: string): void {
    this.#first.log(level, text);
  }
}
