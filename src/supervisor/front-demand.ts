import type { Demand } from "../core/messages.ts";
import { Paced } from "../core/paced.ts";

/** How often fronts are told of each other, at most. */
const tellMs = 20;
/** A limit that no front has told of for so long is dropped. */
const forgetMs = 60_000;

type Counts = Omit<Demand, "key">;

interface Shared<Front> {
  readonly byFront: Map<Front, Counts>;
  /** Of fronts that are gone, or have begun to count anew. */
  admittedBefore: number;
  askedBefore: number;
  toldAtMs: number;
}

export interface FrontDemandParts<Front> {
  /** Those that take requests. */
  readonly fronts: () => readonly Front[];
  readonly tell: (front: Front, fronts: number, demands: readonly Demand[]) => void;
  readonly nowMs: () => number;
}

/** Tells each front what the others did with the requests that a limit is about. */
export class FrontDemand<Front> {
  readonly #parts: FrontDemandParts<Front>;
  readonly #shared = new Map<string, Shared<Front>>();
  readonly #changed = new Set<string>();
  readonly #telling = new Paced(tellMs, () => this.#tell());
  #fronts = 0;
  #forgotAtMs = 0;

  constructor(parts: FrontDemandParts<Front>) {
    this.#parts = parts;
  }

  /** Limits of which something is known. */
  get size(): number {
    return this.#shared.size;
  }

  heard(front: Front, demands: readonly Demand[]): void {
    const nowMs = this.#parts.nowMs();
    for (const { key, inFlight, admitted, asked } of demands) {
      const shared = this.#shared.get(key) ?? { byFront: new Map(), admittedBefore: 0, askedBefore: 0, toldAtMs: 0 };
      this.#shared.set(key, shared);
      const before = shared.byFront.get(front);
      // A front that has dropped a limit counts from 0 when it meets it again.
      if (before && admitted < before.admitted) addTo(shared, before);
      shared.byFront.set(front, { inFlight, admitted, asked });
      shared.toldAtMs = nowMs;
      this.#changed.add(key);
    }
    this.#telling.ask();
  }

  /** It is gone, and what it had in flight with it. */
  gone(front: Front): void {
    for (const [key, shared] of this.#shared) {
      const before = shared.byFront.get(front);
      if (!before) continue;
      addTo(shared, before);
      shared.byFront.delete(front);
      this.#changed.add(key);
    }
    this.#telling.ask();
  }

  /** There is another, or one less: how many there are is told to all. */
  countChanged(): void {
    this.#telling.ask();
  }

  #tell(): void {
    const { fronts, tell, nowMs } = this.#parts;
    const all = fronts();
    const countChanged = all.length !== this.#fronts;
    this.#fronts = all.length;
    for (const front of all) {
      const demands: Demand[] = [];
      for (const key of this.#changed) {
        const shared = this.#shared.get(key);
        if (shared?.byFront.has(front)) demands.push({ key, ...othersOf(shared, front) });
      }
      if (countChanged || demands.length > 0) tell(front, all.length, demands);
    }
    this.#changed.clear();
    this.#forget(nowMs());
  }

  #forget(nowMs: number): void {
    if (nowMs - this.#forgotAtMs < forgetMs) return;
    this.#forgotAtMs = nowMs;
    for (const [key, { byFront, toldAtMs }] of this.#shared) {
      const idle = [...byFront.values()].every(({ inFlight }) => inFlight === 0);
      if (idle && nowMs - toldAtMs > forgetMs) this.#shared.delete(key);
    }
  }
}

function addTo<Front>(shared: Shared<Front>, { admitted, asked }: Counts): void {
  shared.admittedBefore += admitted;
  shared.askedBefore += asked;
}

function othersOf<Front>({ byFront, admittedBefore, askedBefore }: Shared<Front>, front: Front): Counts {
  const sum = { inFlight: 0, admitted: admittedBefore, asked: askedBefore };
  for (const [other, { inFlight, admitted, asked }] of byFront) {
    if (other === front) continue;
    sum.inFlight += inFlight;
    sum.admitted += admitted;
    sum.asked += asked;
  }
  return sum;
}
