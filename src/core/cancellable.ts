import type { IsletError } from "./errors.ts";

/** What can be given up, and tells whoever has it now. A base class, so that a request is no object more for it. */
export abstract class Cancellable {
  #cancelled: IsletError | undefined;
  #listener: ((reason: IsletError) => void) | undefined;

  /** The latest listener only: whoever has it now. */
  onCancel(listener: (reason: IsletError) => void): void {
    if (this.#cancelled) listener(this.#cancelled);
    else this.#listener = listener;
  }

  cancel(reason: IsletError): void {
    if (this.#cancelled) return;
    this.#cancelled = reason;
    this.#listener?.(reason);
  }
}
