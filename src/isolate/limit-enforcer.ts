import { longestHead } from "../core/head-syntax.ts";
import type { LimitName, Limits } from "../core/limits.ts";

/** What a line takes beside its text. */
const lineOverhead = 200;

const whatIsLimited: Readonly<Record<LimitName, string>> = {
  memoryMb: "MiB of memory",
  cpuMs: "milliseconds of CPU time",
  startupMs: "milliseconds for loading",
  wallMs: "milliseconds of waiting and working",
  requestBodyBytes: "bytes of a request's body",
  subrequests: "subrequests",
  subrequestsInFlight: "subrequests at once",
  logBytes: "characters of log",
  timers: "timers at once",
  responseHeaderBytes: "characters of response headers",
  waitUntil: "promises in waitUntil() at once",
  requestsInFlight: "requests at once",
  requestsPerSecond: "requests a second",
  requestBurst: "requests after a pause",
};

/** "the limit of 50 subrequests (limits.subrequests) is reached" */
export function limitReached(name: LimitName, limits: Limits): string {
  return `the limit of ${limits[name]} ${whatIsLimited[name]} (limits.${name}) is reached`;
}

/**
 * Holds one invocation to those of its limits that are counted in what it asks the host for. It is
 * told of each such wish first; what it says no to must not be done. The first hit of each limit is
 * reported.
 */
export class LimitEnforcer {
  readonly #limits: Limits;
  readonly #onHit: (limit: LimitName, message: string) => void;
  readonly #hits = new Set<LimitName>();
  #logRoom: number;
  #subrequests = 0;
  readonly #inFlight = new Set<number>();
  /** Subrequests whose turn has not come, in order. */
  readonly #waiting = new Map<number, () => void>();

  constructor(limits: Limits, onHit: (limit: LimitName, message: string) => void) {
    this.#limits = limits;
    this.#onHit = onHit;
    this.#logRoom = limits.logBytes;
  }

  /** Notes that a limit was hit; gives the words for it. */
  hit(limit: LimitName): string {
    const message = limitReached(limit, this.#limits);
    if (!this.#hits.has(limit)) {
      this.#hits.add(limit);
      this.#onHit(limit, message);
    }
    return message;
  }

  /** Before a subrequest: why it may not be made, if it may not. */
  refuseSubrequest(): string | undefined {
    if (this.#subrequests >= this.#limits.subrequests) return this.hit("subrequests");
    this.#subrequests++;
    return undefined;
  }

  /** Starts a subrequest now, or when enough of those before it are answered. */
  takeTurn(exchange: number, start: () => void): void {
    if (this.#inFlight.size < this.#limits.subrequestsInFlight) {
      this.#inFlight.add(exchange);
      start();
    } else {
      this.hit("subrequestsInFlight");
      this.#waiting.set(exchange, start);
    }
  }

  /** A subrequest has its answer, failed or is not wanted any more: the next has its turn. */
  turnOver(exchange: number): void {
    this.#waiting.delete(exchange);
    if (!this.#inFlight.delete(exchange)) return;
    for (const [next, start] of this.#waiting) {
      this.#waiting.delete(next);
      this.#inFlight.add(next);
      start();
      return;
    }
  }

  /** Before a timer, with how many have not fired. */
  refuseTimer(outstanding: number): boolean {
    if (outstanding < this.#limits.timers) return false;
    this.hit("timers");
    return true;
  }

  /** Before an answer: why it may not have so long a head. Fronts take none past `longestHead`, whatever the limit. */
  refuseHeaders(length: number): string | undefined {
    return length > Math.min(this.#limits.responseHeaderBytes, longestHead)
      ? this.hit("responseHeaderBytes")
      : undefined;
  }

  /** Before a line of log: whether it is kept. The one that goes past the limit is the last. */
  keepLine(length: number): boolean {
    if (this.#logRoom <= 0) return false;
    this.#logRoom -= length + lineOverhead;
    return true;
  }

  /** After a line of log, so that what follows it comes last. */
  lineKept(): void {
    if (this.#logRoom <= 0) this.hit("logBytes");
  }
}
