import type { BreachKind } from "../core/trust.ts";
import type { Timers } from "./timers.ts";

/** Of what one pool process says without being asked, so much a second is listened to. */
const messagesASecond = 200;
/** More cannot have happened between two reports. */
const mostAtOnce = 1_000;
const longestKey = 256;
const longestReason = 200;

const kinds: ReadonlySet<unknown> = new Set<BreachKind>(["cpu", "memory", "startup", "probe", "catastrophic"]);

export interface PoolNewsParts {
  readonly timers: Timers;
  readonly onBreach: (key: string, kind: BreachKind, count: number) => void;
  readonly onRetire: (reason: string) => void;
  /** It has done what it was to do before its end. */
  readonly onDrained: () => void;
}

/** Reads what a pool process says of its own accord. Guests may have taken it over: form and rate are held. */
export class PoolNews {
  readonly #parts: PoolNewsParts;
  #left = messagesASecond;
  #retired = false;

  constructor(parts: PoolNewsParts) {
    this.#parts = parts;
  }

  read(message: object): void {
    if (this.#left === messagesASecond) this.#parts.timers.after(1_000, () => (this.#left = messagesASecond));
    if (this.#left === 0) return;
    this.#left--;
    if (!("type" in message)) return;
    if (message.type === "breach") this.#breach(message);
    else if (message.type === "retire" && !this.#retired) this.#retire(message);
    else if (message.type === "drained") this.#parts.onDrained();
  }

  #breach(message: object): void {
    if (!("key" in message && "kind" in message && "count" in message)) return;
    const { key, kind, count } = message;
    if (typeof key !== "string" || key.length > longestKey || !kinds.has(kind)) return;
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1) return;
    this.#parts.onBreach(key, kind as BreachKind, Math.min(count, mostAtOnce));
  }

  #retire(message: object): void {
    this.#retired = true;
    const reason = "reason" in message && typeof message.reason === "string" ? message.reason : "";
    this.#parts.onRetire(reason.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longestReason));
  }
}
