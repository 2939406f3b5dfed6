import { DOMException } from "./dom-exception.ts";
import { defineInterface, toDictionary } from "./webidl.ts";

interface Options {
  readonly quota?: unknown;
  readonly requested?: unknown;
}

const { isFinite: finite } = Number;

function toAmount(value: unknown, member: string): number | null {
  if (value === undefined) return null;
  const amount = Number(value);
  if (!finite(amount)) throw new TypeError(`QuotaExceededError: ${member} must be a finite number`);
  if (amount < 0) throw new RangeError(`QuotaExceededError: ${member} must not be negative`);
  return amount;
}

export class QuotaExceededError extends DOMException {
  readonly #quota: number | null;
  readonly #requested: number | null;

  constructor(message: unknown = "", options: Options = {}) {
    super(message, "QuotaExceededError");
    const { quota, requested } = toDictionary<Options>(options, "QuotaExceededError");
    this.#quota = toAmount(quota, "quota");
    this.#requested = toAmount(requested, "requested");
    if (this.#quota !== null && this.#requested !== null && this.#requested < this.#quota) {
      throw new RangeError("QuotaExceededError: requested must not be less than quota");
    }
  }

  get quota(): number | null {
    return this.#quota;
  }

  get requested(): number | null {
    return this.#requested;
  }
}
defineInterface(QuotaExceededError, "QuotaExceededError", ["quota", "requested"]);
