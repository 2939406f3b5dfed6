/** A function that the soak deploys. */
export interface SoakFunction {
  readonly name: string;
  /** What it does; results are told by it. */
  readonly kind: string;
  readonly source: string;
  readonly manifest: object;
}
