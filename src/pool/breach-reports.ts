import type { BreachKind } from "../core/trust.ts";

const everyMs = 250;
/** Versions that are reported one by one; past them a report is dropped, since a flood is told by then. */
const maxPending = 1_000;

type Send = (key: string, kind: BreachKind, count: number) => void;

/** Tells the supervisor what versions do that is held against them: the first time at once, a flood in sums. */
export class BreachReports {
  readonly #send: Send;
  /** By kind and key: how often since it was told. */
  #pending = new Map<string, { key: string; kind: BreachKind; count: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  add(key: string, kind: BreachKind): void {
    const name = `${kind} ${key}`;
    const known = this.#pending.get(name);
    if (known) known.count++;
    else if (this.#pending.size < maxPending) {
      this.#pending.set(name, { key, kind, count: 0 });
      this.#send(key, kind, 1);
      this.#timer ??= setTimeout(() => this.#flush(), everyMs);
    }
  }

  #flush(): void {
    this.#timer = undefined;
    const told = this.#pending;
    this.#pending = new Map();
    for (const [name, report] of told) {
      if (report.count === 0) continue;
      this.#send(report.key, report.kind, report.count);
      // Goes on being summed up, so that a flood is a message each quarter of a second.
      this.#pending.set(name, { ...report, count: 0 });
    }
    if (this.#pending.size > 0) this.#timer = setTimeout(() => this.#flush(), everyMs);
  }
}
