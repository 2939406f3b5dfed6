import type { PoolGroup } from "../core/deployment.ts";
import type { InstanceState } from "./container-instance.ts";
import type { FleetMember } from "./fleet-member.ts";

/** The containers that a front has of one version, and how many of them are in which state. */
export class VersionInstances {
  readonly group: PoolGroup;
  readonly #members = new Set<FleetMember>();
  readonly #ready = new Set<FleetMember>();
  readonly #paused = new Set<FleetMember>();
  readonly #counts: Record<InstanceState, number> = { starting: 0, ready: 0, paused: 0, thawing: 0, over: 0 };

  constructor(group: PoolGroup) {
    this.group = group;
  }

  get empty(): boolean {
    return this.#members.size === 0;
  }

  /** Those that serve or will. */
  get present(): number {
    return this.#members.size - this.#counts.over;
  }

  /** Those that will be ready soon. */
  get coming(): number {
    return this.#counts.starting + this.#counts.thawing;
  }

  get members(): readonly FleetMember[] {
    return [...this.#members];
  }

  get ready(): readonly FleetMember[] {
    return [...this.#ready];
  }

  count(state: InstanceState): number {
    return this.#counts[state];
  }

  /** The one that was paused last: the others may go some day. */
  get lastPaused(): FleetMember | undefined {
    return [...this.#paused].at(-1);
  }

  add(member: FleetMember): void {
    this.#members.add(member);
    this.#counts[member.instance.state]++;
  }

  /** @returns whether other ones take requests now. */
  moved(member: FleetMember, before: InstanceState): boolean {
    const { state } = member.instance;
    this.#counts[before]--;
    this.#counts[state]++;
    this.#ready.delete(member);
    this.#paused.delete(member);
    if (state === "ready") this.#ready.add(member);
    if (state === "paused") this.#paused.add(member);
    return before === "ready" || state === "ready";
  }

  delete(member: FleetMember): void {
    if (this.#members.delete(member)) this.#counts[member.instance.state]--;
  }
}
