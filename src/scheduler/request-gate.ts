import type { Gate } from "../core/admission.ts";
import { type RequestLimits, unlimitedRequests } from "../core/limits.ts";
import type { Demand } from "../core/messages.ts";

/** Why a request may not pass now, and when it is likely to. */
export interface GateRefusal {
  readonly limit: "requestsInFlight" | "requestsPerSecond";
  readonly retryAfterMs: number;
}

/** A debt that others have made is paid off within so long, whatever they did. */
const mostDebtMs = 2_000;
/** Until any request is over, one is taken to last so long. */
const supposedMs = 1_000;
/** How fast the mean of how long requests last follows. */
const meanRate = 1 / 8;
/** What is kept of the demand that was, each time that the others' is heard. */
const kept = 0.5;

/**
 * The requests of one function, or of one tenant: how many at a time, and how many a second, over all fronts.
 *
 * The rate is the generic cell rate algorithm (ITU-T I.371; one number says when the next request would be due if all came
 * in even steps). Where there are other fronts, each knows of them what they said last (a global token bucket: B. Raghavan
 * et al., "Cloud control with distributed rate limiting", SIGCOMM 2007), and between two such messages takes it that the
 * others let through as much as their share of the demand was: so each request of its own counts for those too, until what
 * they really did is made good for. In the long run the rate is exact, and what is too much at a time is bounded by what
 * fronts do within one exchange of messages.
 */
export class RequestGate implements Gate {
  /** Of the version that is live; what is known stays when another is. */
  limits: RequestLimits;
  /** Of this front. */
  inFlight = 0;
  /** Since there is this gate: let through, and asked for. */
  admitted = 0;
  asked = 0;
  #due = Number.NEGATIVE_INFINITY;
  #meanMs = supposedMs;
  #fronts: number;
  /** Of all demand, what is this front's. */
  #share: number;
  #othersInFlight = 0;
  #othersAdmitted: number | undefined;
  #othersAsked = 0;
  #inFlightWhenHeard = 0;
  #askedWhenHeard = 0;
  #ownDemand = 0;
  #othersDemand = 0;
  /** Requests that were counted for others since they were heard last. */
  #countedForOthers = 0;

  constructor(limits: RequestLimits, fronts: number) {
    this.limits = limits;
    this.#fronts = fronts;
    this.#share = 1 / fronts;
  }

  setFronts(fronts: number): void {
    this.#fronts = fronts;
    if (fronts === 1) this.#alone();
    this.#weigh();
  }

  /** Whether one more may pass now; undefined if so. It is counted as asked for, and as passed only by `enter`. */
  refusal(nowMs: number): GateRefusal | undefined {
    this.asked++;
    const { requestsInFlight, requestsPerSecond } = this.limits;
    if (requestsInFlight < unlimitedRequests && this.inFlight >= this.#mostInFlight(requestsInFlight)) {
      return { limit: "requestsInFlight", retryAfterMs: this.#meanMs / requestsInFlight };
    }
    if (requestsPerSecond >= unlimitedRequests) return undefined;
    const waitMs = this.#due - this.#toleranceMs - nowMs;
    return waitMs > 0 ? { limit: "requestsPerSecond", retryAfterMs: waitMs } : undefined;
  }

  enter(nowMs: number): void {
    this.inFlight++;
    this.admitted++;
    if (this.limits.requestsPerSecond >= unlimitedRequests) return;
    const counted = 1 / this.#share;
    this.#countedForOthers += counted - 1;
    this.#due = Math.max(this.#due, nowMs) + counted * this.#stepMs;
  }

  leave(heldMs: number): void {
    this.inFlight--;
    this.#meanMs += meanRate * (Math.max(0, heldMs) - this.#meanMs);
  }

  /** What all other fronts have done, as far as the supervisor knows. */
  heard({ inFlight, admitted, asked }: Omit<Demand, "key">, nowMs: number): void {
    // Those who count anew have forgotten what was before.
    const others = Math.max(0, admitted - (this.#othersAdmitted ?? admitted));
    const othersAsked = Math.max(0, asked - (this.#othersAdmitted === undefined ? asked : this.#othersAsked));
    const debtMs = (others - this.#countedForOthers) * this.#stepMs;
    this.#due = Math.min(Math.max(this.#due, nowMs) + debtMs, nowMs + this.#toleranceMs + mostDebtMs);
    this.#countedForOthers = 0;
    this.#othersInFlight = inFlight;
    this.#othersAdmitted = admitted;
    this.#othersAsked = asked;
    this.#ownDemand = kept * this.#ownDemand + (this.asked - this.#askedWhenHeard);
    this.#othersDemand = kept * this.#othersDemand + othersAsked;
    this.#askedWhenHeard = this.asked;
    this.#inFlightWhenHeard = this.inFlight;
    this.#weigh();
  }

  /** Whether nothing would be lost with it. */
  idle(nowMs: number): boolean {
    return this.inFlight === 0 && this.#due <= nowMs;
  }

  /**
   * Of what was free when the others were heard this front has its share, and one at least: so a limit that is not used up
   * holds nobody back, and at most one more for each front passes within an exchange of messages.
   */
  #mostInFlight(limit: number): number {
    const free = limit - this.#othersInFlight - this.#inFlightWhenHeard;
    if (free <= 0) return Math.min(this.#inFlightWhenHeard, limit - this.#othersInFlight);
    return this.#inFlightWhenHeard + Math.max(1, Math.floor(free * this.#share));
  }

  get #stepMs(): number {
    return 1_000 / this.limits.requestsPerSecond;
  }

  get #toleranceMs(): number {
    const { requestBurst, requestsPerSecond } = this.limits;
    return ((requestBurst === 0 ? requestsPerSecond : requestBurst) - 1) * this.#stepMs;
  }

  #weigh(): void {
    const [own, others] = [this.#ownDemand + 1, this.#othersDemand + this.#fronts - 1];
    this.#share = own / (own + others);
  }

  #alone(): void {
    this.#othersInFlight = 0;
    this.#inFlightWhenHeard = 0;
    this.#othersDemand = 0;
    this.#countedForOthers = 0;
    this.#othersAdmitted = undefined;
  }
}
