import type { HeatRecord } from "../core/heat.ts";

/** After so long without a request, earlier ones count half. */
const halfLifeMs = 60 * 60_000;
/** What is used less is not worth being loaded before somebody asks. */
const leastHeat = 0.5;
/** Of so many the heat is known. */
const most = 1_000;

/** How much versions were used lately, the hottest thousand of them. */
export class Heat {
  readonly #records = new Map<string, HeatRecord>();

  constructor(records: readonly HeatRecord[]) {
    for (const record of records) this.#records.set(record.key, record);
  }

  /** Versions were used so often since this was told last. */
  used(uses: readonly (readonly [string, number])[], nowMs: number): void {
    for (const [key, count] of uses) {
      const heat = count + cooled(this.#records.get(key), nowMs);
      this.#records.set(key, { key, heat, atMs: nowMs });
    }
    const kept = this.hottest(nowMs);
    this.#records.clear();
    for (const record of kept) this.#records.set(record.key, record);
  }

  /** Hottest first. */
  hottest(nowMs: number): HeatRecord[] {
    return [...this.#records.values()]
      .map((record) => ({ key: record.key, heat: cooled(record, nowMs), atMs: nowMs }))
      .filter(({ heat }) => heat >= leastHeat)
      .sort((a, b) => b.heat - a.heat)
      .slice(0, most);
  }
}

function cooled(record: HeatRecord | undefined, nowMs: number): number {
  // The wall clock may have been put back.
  return record ? record.heat * 2 ** (-Math.max(0, nowMs - record.atMs) / halfLifeMs) : 0;
}
