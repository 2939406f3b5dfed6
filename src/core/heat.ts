/** How much a version was used lately. */
export interface HeatRecord {
  /** Its version key. */
  readonly key: string;
  /** Requests, each counting half as much for every half-life that has passed until then. */
  readonly heat: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
}
