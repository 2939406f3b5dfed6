import { Line, type LinePrior } from "./line.ts";

/** What a request is taken to cost before anything of its kind was seen. */
export interface CostPriors {
  /** What the way and waiting for its turn add to a request's own time. */
  readonly delay: LinePrior;
  /** What a cold start adds. */
  readonly start: LinePrior;
}

/** What a place says of a request with its answer, in milliseconds. */
export interface Took {
  /** From the request's turn there to its answer: without waiting for its turn, with its cold start. */
  readonly thereMs: number;
  /** Of that the cold start. */
  readonly startMs: number;
}

/** How many answers the mean of a version's own time goes over. */
const ownMemory = 50;

/** A line as it stands now. */
export interface LineNow {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * The two lines of a version. x is how many requests are on a core or wait for one in a place, of whomever, when one more
 * is sent there; y is how long its answer takes to begin, in milliseconds.
 *
 * A version's own time varies far more than what others add to it, and what they add is all that decides. So a place
 * says what of y was the request's own and what was its start, and the line goes through the rest alone.
 */
export class VersionCosts {
  /** What is neither the request's own time nor its start: waiting for its turn, and the way there and back. */
  readonly delay: Line;
  /** What a new instance takes before that. */
  readonly start: Line;
  #ownMs = 0;
  #count = 0;

  constructor({ delay, start }: CostPriors, ownMs = 0) {
    this.delay = new Line(delay);
    this.start = new Line(start);
    this.#ownMs = ownMs;
  }

  /** Answers seen, warm or cold. */
  get count(): number {
    return this.#count;
  }

  get ownMs(): number {
    return this.#ownMs;
  }

  /** Where it is warm: the slope is what each request before it adds, the intercept the request alone. */
  get balancing(): LineNow {
    return { slope: this.delay.slope, intercept: this.delay.intercept + this.#ownMs };
  }

  /** Where it is not: the slope is what each busy neighbour adds, the intercept the cold start with its request. */
  get placement(): LineNow {
    const { slope, intercept } = this.balancing;
    return { slope: slope + this.start.slope, intercept: intercept + this.start.intercept };
  }

  observe(x: number, tookMs: number, { thereMs, startMs }: Took): void {
    const ownMs = Math.max(0, thereMs - startMs);
    this.#count++;
    this.#ownMs += (ownMs - this.#ownMs) / Math.min(this.#count, ownMemory);
    this.delay.observe(x, Math.max(0, tookMs - thereMs));
    if (startMs > 0) this.start.observe(x, startMs);
  }

  warmAt(x: number): number {
    return this.delay.at(x) + this.#ownMs;
  }

  newAt(x: number): number {
    return this.warmAt(x) + this.start.at(x);
  }
}

/**
 * The lines that are typical of all versions, which a new one starts from until it has been seen itself. They are
 * learnt from the replies of all, beginning with the priors; of warm ones a part is enough.
 */
export class TypicalCosts extends VersionCosts {
  newVersion(): VersionCosts {
    return new VersionCosts({ delay: prior(this.delay), start: prior(this.start) }, this.ownMs);
  }
}

function prior({ slope, intercept }: Line): LinePrior {
  return { slope, intercept, weight: 1 };
}
