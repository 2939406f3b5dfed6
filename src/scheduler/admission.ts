import type { Admittable, Admitting } from "../core/admission.ts";
import { IsletError, type RefusalReason } from "../core/errors.ts";
import { type RequestLimits, unlimitedRequests } from "../core/limits.ts";
import type { Demand } from "../core/messages.ts";
import { Paced } from "../core/paced.ts";
import { type GateRefusal, RequestGate } from "./request-gate.ts";

/** How often other fronts are told, at most. */
const tellMs = 20;
/** How often what is known of functions and tenants that have no requests any more is dropped. */
const pruneMs = 1_000;

export interface AdmissionParts {
  /** Of every tenant that has no other. */
  readonly tenantLimits: RequestLimits;
  /** How many fronts there are. */
  readonly fronts: number;
  /** Tells the other fronts what this one did. */
  readonly tell: (demands: readonly Demand[]) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
}

/**
 * Holds requests to the limits of their function and of its tenant, before anything else is done for them. Whoever has no
 * limit costs two comparisons. What is known of a function or a tenant is dropped when it has no requests.
 */
export class Admission implements Admitting {
  readonly #parts: AdmissionParts;
  readonly #nowMs: () => number;
  readonly #limitsTenants: boolean;
  readonly #gates = new Map<string, RequestGate>();
  readonly #changed = new Set<string>();
  readonly #telling = new Paced(tellMs, () => this.#tell());
  #fronts: number;
  #pruning: NodeJS.Timeout | undefined;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
    this.#limitsTenants = isLimited(parts.tenantLimits);
    this.#fronts = parts.fronts;
  }

  /** Functions and tenants of which something is kept. */
  get size(): number {
    return this.#gates.size;
  }

  /** @throws IsletError too_many_requests, rate_limited. */
  enter(request: Admittable): void {
    const { fn } = request;
    const { tenantLimits } = fn;
    if (!this.#limitsTenants && tenantLimits === undefined && !isLimited(fn.limits)) return;
    const nowMs = this.#nowMs();
    const gates: RequestGate[] = [];
    // The tenant's last: what its function refuses was not asked of it.
    if (isLimited(fn.limits)) gates.push(this.#pass("function", fn.name, fn.limits, nowMs));
    const ofTenant = tenantLimits ? { ...this.#parts.tenantLimits, ...tenantLimits } : this.#parts.tenantLimits;
    if (isLimited(ofTenant)) gates.push(this.#pass("tenant", fn.tenant, ofTenant, nowMs));
    for (const gate of gates) gate.enter(nowMs);
    request.gates = gates;
  }

  leave(request: Admittable): void {
    const { gates, fn } = request;
    if (!gates) return;
    request.gates = undefined;
    const heldMs = this.#nowMs() - request.startedAtMs;
    for (const gate of gates) gate.leave(heldMs);
    this.#hasChanged(`function:${fn.name}`);
    this.#hasChanged(`tenant:${fn.tenant}`);
  }

  /** What the other fronts did, and how many fronts there are. */
  heard(fronts: number, demands: readonly Demand[]): void {
    if (fronts !== this.#fronts) {
      this.#fronts = fronts;
      for (const [key, gate] of this.#gates) {
        gate.setFronts(fronts);
        this.#hasChanged(key);
      }
    }
    const nowMs = this.#nowMs();
    for (const demand of demands) this.#gates.get(demand.key)?.heard(demand, nowMs);
  }

  #pass(kind: "function" | "tenant", name: string, limits: RequestLimits, nowMs: number): RequestGate {
    const key = `${kind}:${name}`;
    const gate = this.#gates.get(key) ?? this.#newGate(key, limits);
    gate.limits = limits;
    const refusal = gate.refusal(nowMs);
    this.#hasChanged(key);
    if (refusal) throw refused(kind, refusal, limits);
    return gate;
  }

  #newGate(key: string, limits: RequestLimits): RequestGate {
    const gate = new RequestGate(limits, this.#fronts);
    this.#gates.set(key, gate);
    this.#pruning ??= setInterval(() => this.#prune(), pruneMs).unref();
    return gate;
  }

  #hasChanged(key: string): void {
    if (this.#fronts === 1) return;
    this.#changed.add(key);
    this.#telling.ask();
  }

  #tell(): void {
    const demands: Demand[] = [];
    for (const key of this.#changed) {
      const gate = this.#gates.get(key);
      if (gate) demands.push({ key, inFlight: gate.inFlight, admitted: gate.admitted, asked: gate.asked });
    }
    this.#changed.clear();
    if (demands.length > 0) this.#parts.tell(demands);
  }

  #prune(): void {
    const nowMs = this.#nowMs();
    for (const [key, gate] of this.#gates) if (gate.idle(nowMs) && !this.#changed.has(key)) this.#gates.delete(key);
    if (this.#gates.size > 0) return;
    clearInterval(this.#pruning);
    this.#pruning = undefined;
  }
}

function isLimited({ requestsInFlight, requestsPerSecond }: RequestLimits): boolean {
  return requestsInFlight < unlimitedRequests || requestsPerSecond < unlimitedRequests;
}

function refused(kind: "function" | "tenant", { limit, retryAfterMs }: GateRefusal, limits: RequestLimits): IsletError {
  const [code, what] =
    limit === "requestsInFlight"
      ? (["too_many_requests", `${limits.requestsInFlight} requests are not over yet`] as const)
      : (["rate_limited", `${limits.requestsPerSecond} requests a second`] as const);
  const refusal: RefusalReason = `${kind}_${limit === "requestsInFlight" ? "in_flight" : "rate"}`;
  return new IsletError(code, `the limit of the ${kind} is reached: ${what}`, { retryAfterMs, refusal });
}
