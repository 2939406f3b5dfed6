import type { Observation } from "../core/placement.ts";

const most = 32;
const fields = 3;

/** The last requests that a version's lines were learnt from, to be shown beside them. Recording one allocates nothing. */
export class RecentObservations {
  readonly #values = new Float32Array(most * fields);
  #count = 0;

  add(inFlight: number, tookMs: number, cold: boolean): void {
    const at = (this.#count++ % most) * fields;
    this.#values[at] = inFlight;
    this.#values[at + 1] = tookMs;
    this.#values[at + 2] = cold ? 1 : 0;
  }

  /** Oldest first. */
  all(): Observation[] {
    const known = Math.min(this.#count, most);
    return Array.from({ length: known }, (_, i) => {
      const at = ((this.#count - known + i) % most) * fields;
      const [inFlight = 0, tookMs = 0, cold = 0] = this.#values.subarray(at, at + fields);
      return { cold: cold === 1, inFlight, tookMs };
    });
  }
}
