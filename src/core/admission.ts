import type { LiveFunction } from "./deployment.ts";

/** What counts a request for as long as it lasts. */
export interface Gate {
  /** It is over, after so long. */
  leave(heldMs: number): void;
}

/** A request as it comes and goes. */
export interface Admittable {
  readonly fn: LiveFunction;
  /** By performance.now(). */
  readonly startedAtMs: number;
  /** The gates that it is within; for who has let it in only. */
  gates: readonly Gate[] | undefined;
}

/** Lets requests in, and is told when they are over. */
export interface Admitting {
  /** @throws IsletError when there are too many. */
  enter(request: Admittable): void;
  /** However it came to its end; what was not let in, or has left, changes nothing. */
  leave(request: Admittable): void;
}
