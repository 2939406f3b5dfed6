import type { Socket } from "node:net";
import { availableParallelism } from "node:os";
import { containerGroup, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import type { IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { ContainerSettings, InstanceEnd, InstanceRequest } from "../core/messages.ts";
import type { ContainerSeen } from "../core/placement.ts";
import type { ContainerInstance, InstanceState } from "./container-instance.ts";
import type { ContainerLogger } from "./container-logger.ts";
import { FleetMember, type MemberListener } from "./fleet-member.ts";
import { InstanceBackOff } from "./instance-back-off.ts";
import { lossOf } from "./instance-loss.ts";
import { concurrencyOf, mostInstancesOf } from "./scaling.ts";
import { VersionInstances } from "./version-instances.ts";

const longestSweepMs = 1_000;
/** Containers that start at the same time: of more, each would be ready later, and the first of them too. */
const mostStarting = Math.max(2, availableParallelism());

export interface FleetParts {
  readonly settings: ContainerSettings;
  /** All containers of a version that take requests, whenever that changes. */
  readonly onChange: (group: PoolGroup, executors: readonly Executor[]) => void;
  readonly onRoom: (group: PoolGroup) => void;
  /** A container is ready, so long after it was asked for, when its front had so many others. */
  readonly onStarted: (group: PoolGroup, others: number, afterMs: number) => void;
  /** An answer has begun, so long after its request was sent to a container with others in flight. */
  readonly onAnswered: (group: PoolGroup, others: number, tookMs: number) => void;
  /** How long requests wait for the containers that there are before one more is started for them, in milliseconds. */
  readonly patienceMs: (group: PoolGroup, crowd: Crowd) => number;
  readonly onDecision: (decision: "container_start" | "container_thaw" | "container_wait") => void;
  /** Requests of the group are not to wait any more. */
  readonly onRefused: (group: PoolGroup, error: IsletError) => void;
  readonly waitingFor: (group: PoolGroup) => number;
  readonly ask: (request: InstanceRequest) => void;
  /** Something in a container wants to go out. */
  readonly onEgress: (socket: Socket, instance: ContainerInstance) => void;
  readonly logger: ContainerLogger;
}

/** What a request finds that has no room. */
interface Crowd {
  readonly waiting: number;
  readonly ready: number;
  readonly concurrency: number;
  readonly containers: number;
}

/**
 * The containers of one front: asks the supervisor for more when requests wait, has idle ones paused and later
 * removed. Requests go from here to the container itself.
 */
export class ContainerFleet {
  readonly #parts: FleetParts;
  readonly #members = new Map<string, FleetMember>();
  readonly #versions = new Map<PoolGroup, VersionInstances>();
  readonly #backOff = new InstanceBackOff();
  /** Versions whose requests wait for the containers that there are, until it is time for one more. */
  readonly #patient = new Set<PoolGroup>();
  /** Versions of which one more is wanted when fewer are starting. */
  readonly #postponed = new Map<PoolGroup, LiveFunction>();
  readonly #listener: MemberListener = {
    onState: (member, before) => this.#moved(member, before),
    onRoom: (member) => {
      const { instance } = member;
      if (instance.yielding && !instance.busy) this.#end(member);
      else this.#parts.onRoom(instance.group);
    },
    onAnswered: ({ instance }, others, tookMs) => this.#parts.onAnswered(instance.group, others, tookMs),
    onFailed: (member, error) => {
      this.#failedToStart(member, error);
      this.#parts.ask({ type: "instanceEnd", id: member.instance.id });
    },
    onLost: ({ instance }) => instance.lost(),
    onStuck: (member) => {
      const fields = { container: member.instance.id };
      this.#parts.logger.warn(fields, "a container does not come back from a request that was given up: removed");
      this.#end(member);
    },
  };
  #starting = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    const { pauseMs } = parts.settings;
    setInterval(() => this.#sweep(), Math.max(10, Math.min(longestSweepMs, pauseMs / 4))).unref();
  }

  get size(): number {
    return this.#members.size;
  }

  /** A request of this version has found no room. */
  wanted(group: PoolGroup, fn: LiveFunction): void {
    const { settings, waitingFor, onRefused } = this.#parts;
    const version = this.#versions.get(group);
    const refusal = version && version.count("ready") > 0 ? undefined : this.#backOff.refusal(group);
    if (refusal) {
      // It is in line only after this.
      queueMicrotask(() => onRefused(group, refusal));
      return;
    }
    if (waitingFor(group) + 1 <= (version?.coming ?? 0) * concurrencyOf(fn, settings.concurrency)) return;
    const paused = version?.lastPaused;
    if (paused) this.#thaw(paused);
    else if ((version?.present ?? 0) < mostInstancesOf(fn, settings.instances)) this.#startInTime(group, fn);
  }

  /** At once, or when requests have waited for as long as a start takes. */
  #startInTime(group: PoolGroup, fn: LiveFunction): void {
    if (this.#patient.has(group)) return;
    const patienceMs = this.#parts.patienceMs(group, this.crowd(group, fn));
    if (patienceMs === 0) return this.#startOrPostpone(group, fn);
    this.#parts.onDecision("container_wait");
    this.#patient.add(group);
    setTimeout(() => {
      this.#patient.delete(group);
      const most = mostInstancesOf(fn, this.#parts.settings.instances);
      if (this.#parts.waitingFor(group) > 0 && (this.#versions.get(group)?.present ?? 0) < most)
        this.#startOrPostpone(group, fn);
    }, patienceMs);
  }

  /** What one more request of a version finds. */
  crowd(group: PoolGroup, fn: LiveFunction): Crowd {
    return {
      waiting: this.#parts.waitingFor(group),
      ready: this.#versions.get(group)?.count("ready") ?? 0,
      concurrency: concurrencyOf(fn, this.#parts.settings.concurrency),
      containers: this.#members.size,
    };
  }

  #startOrPostpone(group: PoolGroup, fn: LiveFunction): void {
    if (this.#starting < mostStarting) void this.#start(fn);
    else this.#postponed.set(group, fn);
  }

  /** One less is starting. */
  #advance(): void {
    for (const [group, fn] of [...this.#postponed]) {
      this.#postponed.delete(group);
      if (this.#parts.waitingFor(group) > 0) this.wanted(group, fn);
    }
  }

  thawed(id: string): void {
    const instance = this.#members.get(id)?.instance;
    if (instance?.state === "thawing") instance.become("ready");
  }

  /** Its start waits, and holds up no other one's. */
  parked(id: string): void {
    const member = this.#members.get(id);
    if (!member || member.parked || member.instance.state !== "starting") return;
    member.park();
    this.#starting--;
    this.#advance();
  }

  /** Somebody else needs its room. */
  yield(id: string, busy: boolean): void {
    const member = this.#members.get(id);
    const state = member?.instance.state;
    if (!member || state === "over") return;
    if (state === "starting" || state === "thawing") {
      // First it is for those who wait for it.
      if (busy) member.yieldsOnceReady = true;
    } else this.#makeWay(member, busy);
  }

  /** Starts that failed for want of an engine need not wait any more. */
  engineBack(): void {
    this.#backOff.forget("containers_unavailable");
  }

  /** How many there are in each state, over all versions. */
  counts(): Record<InstanceState, number> {
    const counts: Record<InstanceState, number> = { starting: 0, ready: 0, paused: 0, thawing: 0, over: 0 };
    for (const { instance } of this.#members.values()) counts[instance.state]++;
    return counts;
  }

  /** The containers of a version. */
  seen(group: PoolGroup): ContainerSeen[] {
    return [...this.#members.values()]
      .filter(({ instance }) => instance.group === group)
      .map(({ instance }) => ({ id: instance.id, state: instance.state, inFlight: instance.load().inFlight }));
  }

  /** The supervisor says that it is gone, or never came. */
  over(id: string, end: InstanceEnd): void {
    const member = this.#members.get(id);
    if (!member) return;
    const started = member.instance.state !== "starting";
    member.instance.judged(end);
    if (started) this.#drop(member);
    else this.#failedToStart(member, lossOf(end));
  }

  /** Another version, or none, is live from now on, or with other limits: the instances of the others go when they are idle. */
  published(name: string, live: LiveFunction | null): void {
    const group = live && containerGroup(live);
    for (const member of [...this.#members.values()]) {
      const { fn, busy } = member.instance;
      if (fn.name === name && member.instance.group !== group && !busy) this.#end(member);
    }
  }

  async #start(fn: LiveFunction): Promise<void> {
    const { settings, ask, logger } = this.#parts;
    const { onEgress } = this.#parts;
    const { directory } = settings;
    const concurrency = concurrencyOf(fn, settings.concurrency);
    const others = this.#members.size;
    const member = new FleetMember({ fn, concurrency, others, directory, logger, listener: this.#listener, onEgress });
    this.#parts.onDecision("container_start");
    const { id } = member.instance;
    this.#members.set(id, member);
    this.#versionOf(member).add(member);
    this.#starting++;
    if (await member.open()) ask({ type: "instanceWanted", id, directory: member.directory, fn });
  }

  #versionOf({ instance: { group } }: FleetMember): VersionInstances {
    let version = this.#versions.get(group);
    if (!version) {
      version = new VersionInstances(group);
      this.#versions.set(group, version);
    }
    return version;
  }

  #moved(member: FleetMember, before: InstanceState): void {
    const version = this.#versionOf(member);
    const { state, group } = member.instance;
    if (before === "starting" && !member.parked) this.#starting--;
    if (before === "starting" && state === "ready") {
      this.#backOff.cleared(group);
      this.#parts.onStarted(group, member.others, performance.now() - member.askedAtMs);
    }
    if (version.moved(member, before)) {
      const executors = version.ready.map(({ instance }) => instance);
      this.#parts.onChange(group, executors);
    }
    if (state === "ready" && member.yieldsOnceReady) this.#makeWay(member, true);
    if (before === "starting") this.#advance();
  }

  #makeWay(member: FleetMember, busy: boolean): void {
    if (!member.instance.busy) this.#end(member);
    else if (busy) member.instance.yielding = true;
  }

  #thaw({ instance }: FleetMember): void {
    instance.become("thawing");
    this.#parts.onDecision("container_thaw");
    this.#parts.ask({ type: "instanceThaw", id: instance.id });
  }

  #failedToStart(member: FleetMember, error: IsletError): void {
    this.#backOff.failed(member.instance.group, error);
    this.#drop(member);
  }

  /** Has it removed. It is a member until the supervisor says that it is over. */
  #end({ instance }: FleetMember): void {
    instance.lost();
    this.#parts.ask({ type: "instanceEnd", id: instance.id });
  }

  #drop(member: FleetMember): void {
    const { group, fn, id } = member.instance;
    member.close();
    this.#members.delete(id);
    const version = this.#versionOf(member);
    version.delete(member);
    if (version.empty) this.#versions.delete(group);
    // What waits for it needs another.
    if (this.#parts.waitingFor(group) > 0) this.wanted(group, fn);
    this.#advance();
  }

  #sweep(): void {
    const now = performance.now();
    const { pauseMs, idleMs } = this.#parts.settings;
    for (const member of [...this.#members.values()]) {
      const { instance } = member;
      if (member.parked && instance.state === "starting" && this.#parts.waitingFor(instance.group) === 0) {
        // Nobody waits for it any more.
        this.#end(member);
        continue;
      }
      if (instance.busy || (instance.state !== "paused" && instance.state !== "ready")) continue;
      const idleForMs = now - instance.idleSinceMs;
      if (idleForMs >= idleMs) this.#end(member);
      else if (instance.state === "ready" && idleForMs >= pauseMs) {
        instance.become("paused");
        this.#parts.ask({ type: "instancePause", id: instance.id });
      }
    }
  }
}
