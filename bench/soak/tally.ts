interface Count {
  sent: number;
  answered: number;
  /** How often each way to end that is no answer as wished. */
  readonly others: Map<string, number>;
}

/** What became of requests, by the kind of their function. */
export class Tally {
  readonly #counts = new Map<string, Count>();

  sent(kind: string): void {
    this.#of(kind).sent++;
  }

  answered(kind: string): void {
    this.#of(kind).answered++;
  }

  /** @param why an error code, or in words. */
  other(kind: string, why: string): void {
    const { others } = this.#of(kind);
    others.set(why, (others.get(why) ?? 0) + 1);
  }

  total(of: "sent" | "answered"): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count[of], 0);
  }

  /** "kind: 10 sent, 8 answered; 2 function_cpu_limit", a line each. */
  lines(): string[] {
    const width = Math.max(0, ...[...this.#counts.keys()].map((kind) => kind.length));
    return [...this.#counts].map(([kind, { sent, answered, others }]) => {
      const rest = [...others].map(([why, count]) => `${count} ${why}`).join(", ");
      return `${kind.padEnd(width)}  ${sent} sent, ${answered} answered${rest && `; ${rest}`}`;
    });
  }

  #of(kind: string): Count {
    const count = this.#counts.get(kind) ?? { sent: 0, answered: 0, others: new Map() };
    this.#counts.set(kind, count);
    return count;
  }
}
