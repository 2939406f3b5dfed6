/** What a line is taken to be before anything was seen. */
export interface LinePrior {
  /** Milliseconds for each unit of x. */
  readonly slope: number;
  /** Milliseconds. */
  readonly intercept: number;
  /** How many observations that guess is worth. */
  readonly weight: number;
}

/** What is kept of what was known, at each observation: a memory of some 50 of them. */
const forgetting = 0.98;
/** What is never forgotten: how little the slope, and the intercept, can come to be known. Bounds the gain. */
const [leastXx, leastOne] = [25, 1];
/** A residual this many times the usual one counts as one of that size. */
const clipAt = 3;
/** So many clipped residuals of one sign in a row are no outliers but a shift of the load. */
const shiftAfter = 4;
/** The first observations are taken as they are: nobody knows yet what is usual. */
const learning = 4;
/** How fast the usual size of a residual follows. */
const scaleRate = 1 / 16;
/** Below this, in milliseconds, residuals are the clock's and not the load's. */
const leastScaleMs = 0.01;
/** No observation pulls harder than one at this x, so that one of 10,000 in flight is not all that is remembered. */
const mostX = 1_000;

const [slope, intercept, xx, x1, one, scale, run, count, length] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/**
 * The line y = a·x + b through what was seen lately, in milliseconds: a ≥ 0, b ≥ 0.
 *
 * Recursive least squares in its information form. What is known fades to a floor and not to nothing (M. E. Salgado,
 * G. C. Goodwin and R. H. Middleton, "Modified least squares algorithm incorporating exponential resetting and
 * forgetting", International Journal of Control 47, 1988): after a long time at one x the slope is as it was, and what
 * comes then at another x cannot throw it about. Residuals are clipped (P. J. Huber, "Robust estimation of a location
 * parameter", Annals of Mathematical Statistics 35, 1964), until several in a row agree. A negative slope or intercept
 * is moved to 0 along the least squares' own metric, so that the line still goes through what is known best.
 *
 * O(1) in time and memory; an update allocates nothing (all numbers are in one typed array).
 */
export class Line {
  readonly #state = new Float64Array(length);

  constructor(prior: LinePrior) {
    this.reset(prior);
  }

  reset(prior: LinePrior): void {
    const s = this.#state;
    s[slope] = prior.slope;
    s[intercept] = prior.intercept;
    s[xx] = prior.weight * leastXx;
    s[x1] = 0;
    s[one] = prior.weight * leastOne;
    s[scale] = Math.max(leastScaleMs, prior.intercept);
    s[run] = 0;
    s[count] = 0;
  }

  /** Milliseconds for each unit of x. */
  get slope(): number {
    return this.#state[slope] as number;
  }

  /** Milliseconds at x = 0. */
  get intercept(): number {
    return this.#state[intercept] as number;
  }

  /** How many observations there have been. */
  get count(): number {
    return this.#state[count] as number;
  }

  /** The usual distance of an observation from the line, in milliseconds. */
  get scale(): number {
    return this.#state[scale] as number;
  }

  at(x: number): number {
    const s = this.#state;
    return (s[slope] as number) * x + (s[intercept] as number);
  }

  /** `y`, in milliseconds, was seen at `x`. */
  observe(x: number, y: number): void {
    if (!(x >= 0 && y >= 0 && x < Number.POSITIVE_INFINITY && y < Number.POSITIVE_INFINITY)) return;
    const s = this.#state;
    const residual = this.#clipped(y - this.at(x));
    const u = Math.min(x, mostX);
    this.#learn(u);
    const a = s[xx] as number;
    const b = s[x1] as number;
    const c = s[one] as number;
    const determinant = a * c - b * b;
    s[slope] = (s[slope] as number) + ((c * u - b) / determinant) * residual;
    s[intercept] = (s[intercept] as number) + ((a - b * u) / determinant) * residual;
    s[count] = (s[count] as number) + 1;
    this.#constrain();
  }

  #learn(x: number): void {
    const s = this.#state;
    s[xx] = forgetting * (s[xx] as number) + (1 - forgetting) * leastXx + x * x;
    s[x1] = forgetting * (s[x1] as number) + x;
    s[one] = forgetting * (s[one] as number) + (1 - forgetting) * leastOne + 1;
  }

  #clipped(residual: number): number {
    const s = this.#state;
    const seen = s[count] as number;
    const size = Math.abs(residual);
    const usual = s[scale] as number;
    if (seen < learning) {
      s[scale] = Math.max(leastScaleMs, usual + (size - usual) / (seen + 1));
      return residual;
    }
    const limit = clipAt * usual;
    if (size <= limit) {
      s[run] = 0;
      s[scale] = Math.max(leastScaleMs, usual + scaleRate * (size - usual));
      return residual;
    }
    const before = s[run] as number;
    const sign = residual > 0 ? 1 : -1;
    s[run] = before * sign > 0 ? before + sign : sign;
    s[scale] = Math.abs(s[run] as number) >= shiftAfter ? usual * 2 : usual + scaleRate * (limit - usual);
    return sign * limit;
  }

  #constrain(): void {
    const s = this.#state;
    const low = s[slope] as number;
    if (low < 0) {
      s[slope] = 0;
      s[intercept] = (s[intercept] as number) + ((s[x1] as number) / (s[one] as number)) * low;
    }
    const under = s[intercept] as number;
    if (under < 0) {
      s[intercept] = 0;
      s[slope] = Math.max(0, (s[slope] as number) + ((s[x1] as number) / (s[xx] as number)) * under);
    }
  }
}
