import { Cancellable } from "../core/cancellable.ts";
import type { LiveFunction } from "../core/deployment.ts";
import type { Invocation, LogLevel, RequestBody } from "../core/invocation.ts";

/** The same request once more, somewhere else: it can be given up without giving up the request. */
export class SecondRun extends Cancellable implements Invocation {
  readonly requestId: string;
  readonly fn: LiveFunction;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly client: string | undefined;
  readonly body: RequestBody;
  readonly #first: Invocation;

  constructor(first: Invocation, fn: LiveFunction) {
    super();
    this.#first = first;
    this.fn = fn;
    ({ requestId: this.requestId, method: this.method, url: this.url, headers: this.headers, body: this.body } = first);
    this.client = first.client;
    first.onCancel((reason) => this.cancel(reason));
  }

  log(level: LogLevel, text: string): void {
    this.#first.log(level, text);
  }
}
