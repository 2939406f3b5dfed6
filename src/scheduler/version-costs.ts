import { Line, type LinePrior } from "./line.ts";

/** What a request is taken to cost before anything of its kind was seen. */
export interface CostPriors {
  readonly balancing: LinePrior;
  readonly placement: LinePrior;
}

/**
 * The two lines of a version. x is how many requests are in flight in a place, of whomever, when one more is sent
 * there; y is how long its answer takes to begin, in milliseconds.
 */
export class VersionCosts {
  /** Where the version is warm: the slope is what each request before it adds, the intercept the request alone. */
  readonly balancing: Line;
  /** Where it is not: the slope is what each busy neighbour adds, the intercept the cold start with its request. */
  readonly placement: Line;

  constructor({ balancing, placement }: CostPriors) {
    this.balancing = new Line(balancing);
    this.placement = new Line(placement);
  }

  observe(x: number, tookMs: number, cold: boolean): void {
    (cold ? this.placement : this.balancing).observe(x, tookMs);
  }
}

/**
 * The lines that are typical of all versions, which a new one starts from until it has been seen itself. They are
 * learnt from the replies of all, beginning with the priors; of warm ones a part is enough.
 */
export class TypicalCosts extends VersionCosts {
  newVersion(): VersionCosts {
    return new VersionCosts({ balancing: prior(this.balancing), placement: prior(this.placement) });
  }

  /** Of a version that nobody has seen warm, from how long its cold answer took. */
  guessBalancing({ balancing }: VersionCosts, coldMs: number): void {
    const startMs = Math.max(0, this.placement.intercept - this.balancing.intercept);
    const intercept = Math.max(this.balancing.intercept, coldMs - startMs);
    balancing.reset({ slope: this.balancing.slope, intercept, weight: 1 });
  }
}

function prior({ slope, intercept }: Line): LinePrior {
  return { slope, intercept, weight: 1 };
}
