import { isContainerGroup, isolateKey, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import { type Executor, NotTaken, type NotTakenReason } from "../core/executor.ts";
import type { Invocation, Reply, Usage } from "../core/invocation.ts";
import type { FrontPlacement } from "../core/placement.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import { ContainerFallback, type FallbackParts, isRepeatable } from "./container-fallback.ts";
import type { Turn } from "./fair-line.ts";
import { patienceMs } from "./patience.ts";
import type { DecisionKind } from "./placer.ts";
import { type PlacedExecutor, PoolGroups } from "./pool-groups.ts";
import type { PoolSpot } from "./pool-spot.ts";
import type { PoolVersion } from "./pool-version.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

export interface SchedulerParts {
  readonly queue: WaitingQueue;
  /** How long a request may wait for its turn. */
  readonly queueMs: number;
  /** The group of a version now, which may have changed since a request found it. */
  readonly groupOf: (fn: LiveFunction) => PoolGroup;
  /** A request has come for a group that has no executor, or for one of containers that are all full. */
  readonly onWanted: (group: PoolGroup, fn: LiveFunction) => void;
  /** Of requests that an isolate's limit has ended. */
  readonly fallback: Omit<FallbackParts, "run">;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
}

/** How often a request is sent in all. One that ended its process itself has another code, and is not sent again. */
const maxAttempts = new Map<ErrorCode, number>([
  ["isolate_lost", 3],
  ["pool_lost", 3],
  ["container_lost", 3],
]);

/** How often a request that a place has refused is sent to another at once. */
const mostResent = 2;
/** The cost of a request of which nothing is known. */
const supposedCostMs = 1;

/** What became of a request so far. */
interface Progress {
  /** From 1. */
  readonly attempt: number;
  /** Places that would not take it, since it waited last. */
  readonly refusedBy: readonly PoolSpot[];
  /** No place may refuse it any more. */
  readonly mustRun: boolean;
  /** It has waited, and goes before those who wait. */
  readonly isTurn: boolean;
  /** When its waiting is to end; 0 before it has waited. */
  readonly untilMs: number;
}

const first: Progress = Object.freeze({ attempt: 1, refusedBy: [], mustRun: false, isTurn: false, untilMs: 0 });

/**
 * Sends each request to the place in its function's group that is cheapest for it, or lets it wait. A request whose process or isolate was lost is sent once more where that
 * is safe.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  /** Of each version that has some, those that take requests. */
  readonly #containers = new Map<PoolGroup, readonly Executor[]>();
  readonly #pools = new PoolGroups();
  readonly #nowMs: () => number;
  /** Groups without a process, and until when, in epoch milliseconds. */
  #closed = new Map<PoolGroup, number>();
  /** Versions that ran in a process which has just died, until it is known who is to blame. */
  readonly #suspects = new Map<string, Promise<unknown>>();
  /** A request may have found its function before that was moved; a look at where it is now costs a little. */
  #anyMoved = false;
  readonly #fallback: ContainerFallback;
  readonly #refusals: Record<NotTakenReason, number> = { behind: 0, memory: 0 };

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
    this.#fallback = new ContainerFallback({
      ...parts.fallback,
      run: (invocation) => this.#attempt(invocation, invocation.fn.group, first),
    });
    parts.queue.onSweep = () => this.#advanceQueue();
  }

  setExecutors(pools: readonly PlacedExecutor[]): void {
    this.#pools.set(pools);
    this.#advanceQueue();
  }

  /** All containers of a version that take requests. */
  setContainers(group: PoolGroup, containers: readonly Executor[]): void {
    if (containers.length === 0) this.#containers.delete(group);
    else this.#containers.set(group, containers);
    this.roomChanged(group);
  }

  /** An executor of the group has room that it did not have when a reply came. */
  roomChanged(group: PoolGroup): void {
    const { queue } = this.#parts;
    if (queue.length > 0) queue.advanceLine(group, this.#turnOf);
  }

  /** A process says that a version has an isolate there now, whoever asked for it, or has none any more. */
  warmthChanged(executor: Executor, group: PoolGroup, key: string, isWarm: boolean): void {
    this.#pools.warmthChanged(executor, group, key, isWarm, this.#nowMs());
  }

  /** Requests of this group that wait are given up. */
  refuse(group: PoolGroup, error: IsletError): void {
    this.#parts.queue.refuse(group, error);
  }

  /** Requests for these groups are refused at once, also those that wait. */
  setClosed(closed: ReadonlyMap<PoolGroup, number>): void {
    this.#closed = new Map(closed);
    for (const group of closed.keys())
      if (!this.#pools.has(group)) this.#parts.queue.refuse(group, refusal(closed.get(group)));
  }

  /** Some version's group has changed: its requests that wait go there. */
  regrouped(): void {
    const { queue } = this.#parts;
    this.#anyMoved = true;
    queue.move(({ fn }, group) => this.#groupOf(fn) !== group);
  }

  /** Requests of these versions wait until `judged`, so that the guilty one does not meet the next process. */
  suspect(keys: Iterable<string>, judged: Promise<unknown>): void {
    for (const key of keys) {
      this.#suspects.set(key, judged);
      void judged.then(() => {
        if (this.#suspects.get(key) === judged) this.#suspects.delete(key);
      });
    }
  }

  get waiting(): number {
    return this.#parts.queue.length;
  }

  /** How many requests a pool process has refused, by why. */
  get refusals(): Readonly<Record<NotTakenReason, number>> {
    return this.#refusals;
  }

  /** How many requests were sent to a pool process, by why to that one. */
  get decisions(): Readonly<Record<DecisionKind, number>> {
    return this.#pools.decisions;
  }

  /** Has a version loaded where its first request will go; with `spareOnly` if that is at nobody's expense. */
  prewarm(fn: LiveFunction, spareOnly: boolean): Promise<PrewarmOutcome> {
    return this.#pools.prewarm(fn, fn.group, spareOnly, this.#nowMs);
  }

  /** How many requests each version in isolates has had since this was asked last, by isolate key. */
  takeUses(): [string, number][] {
    return this.#pools.takeUses();
  }

  /** Where a function stands here, for people. */
  view(fn: LiveFunction): Omit<FrontPlacement, "containers" | "local"> {
    const group = this.#groupOf(fn);
    const nowMs = this.#nowMs();
    return this.#pools.view(fn, group, this.#parts.queue.waitingFor(group), nowMs, Date.now() - nowMs);
  }

  /** @throws IsletError as the executor's, or `overloaded`, `queue_timeout` and `quarantined`. */
  execute(invocation: Invocation): Promise<Reply> {
    const { fn } = invocation;
    return this.#attempt(invocation, this.#anyMoved ? this.#groupOf(fn) : fn.group, first);
  }

  /** Whoever has come to containers stays there: in an isolate it would only run into the same limit again. */
  #groupOf(fn: LiveFunction): PoolGroup {
    return isContainerGroup(fn.group) ? fn.group : this.#parts.groupOf(fn);
  }

  #again(invocation: Invocation, progress: Progress): Promise<Reply> {
    return this.#attempt(invocation, this.#groupOf(invocation.fn), progress);
  }

  #attempt(invocation: Invocation, group: PoolGroup, progress: Progress): Promise<Reply> {
    if (this.#suspects.size > 0) {
      const judged = this.#suspects.get(isolateKey(invocation.fn));
      if (judged !== undefined) return judged.then(() => this.#again(invocation, progress));
    }
    const { queue } = this.#parts;
    // Those who wait go first.
    if (queue.length > 0 && !progress.isTurn && queue.waitingFor(group) > 0) {
      return this.#wait(invocation, group, progress);
    }
    const containers = this.#containersOf(group);
    if (containers) {
      const executor = leastBusy(containers);
      if (!executor) return this.#wait(invocation, group, progress);
      return executor.execute(invocation).then(
        (reply) => this.#replied(reply, group),
        (error: unknown) => this.#failed(invocation, group, error, progress),
      );
    }
    const version = this.#pools.version(invocation.fn, group);
    const atMs = this.#nowMs();
    const isTime = version !== undefined && this.#pools.isAtHand(group) && this.#pools.fits(version, group);
    const spot = isTime ? this.#choose(version, group, progress.refusedBy, atMs) : undefined;
    if (!version || !spot) return this.#wait(invocation, group, progress);
    const sent = { x: spot.busy(), atMs };
    version.inFlight++;
    return spot.executor.execute(invocation, !progress.mustRun).then(
      (reply) => {
        const nowMs = this.#nowMs();
        this.#pools.learn(version, group, spot, sent, nowMs, reply.usage);
        this.#left(version, spot, group, invocation.fn, reply.usage);
        return this.#replied(reply, group);
      },
      (error: unknown) => {
        const usage = error instanceof IsletError ? error.usage : undefined;
        this.#left(version, spot, group, invocation.fn, usage);
        if (error instanceof NotTaken) return this.#elsewhere(invocation, group, spot, progress);
        return this.#failed(invocation, group, error, progress);
      },
    );
  }

  /** Not where it was refused before. */
  #choose(version: PoolVersion, group: PoolGroup, refusedBy: readonly PoolSpot[], atMs: number): PoolSpot | undefined {
    if (refusedBy.length === 0) return this.#pools.choose(version, group, atMs);
    for (const spot of refusedBy) spot.barred = true;
    const spot = this.#pools.choose(version, group, atMs);
    for (const barred of refusedBy) barred.barred = false;
    return spot;
  }

  /** A request is no longer in the place that it was sent to. */
  #left(
    version: PoolVersion,
    spot: PoolSpot,
    group: PoolGroup,
    { tenant, name }: LiveFunction,
    usage: Usage | undefined,
  ): void {
    version.inFlight--;
    // A cold start says nothing of what the next ones take.
    if (usage && !usage.cold && usage.cpuMs !== null) {
      spot.took(usage.cpuMs);
      version.took(usage.cpuMs);
    }
    if (!version.passedOver || !this.#pools.fits(version, group)) return;
    version.passedOver = false;
    this.#parts.queue.resume(group, tenant, name);
  }

  #replied(reply: Reply, group: PoolGroup): Reply {
    if (this.#parts.queue.length > 0) this.roomChanged(group);
    return reply;
  }

  #failed(invocation: Invocation, group: PoolGroup, error: unknown, progress: Progress): Promise<Reply> {
    this.roomChanged(group);
    const { attempt, untilMs } = progress;
    if (mayRepeat(invocation, error, attempt)) {
      return this.#again(invocation, { ...first, attempt: attempt + 1, isTurn: true, untilMs });
    }
    if (error instanceof IsletError && error.endedByLimit && invocation.fn.fallback === "possible") {
      return this.#fallback.instead(invocation, error, error.endedByLimit);
    }
    throw error;
  }

  /** A place has refused it: the next best, and where that is no use, the queue, from which it is run in any case. */
  #elsewhere(invocation: Invocation, group: PoolGroup, spot: PoolSpot, progress: Progress): Promise<Reply> {
    this.roomChanged(group);
    const next = { ...progress, refusedBy: [...progress.refusedBy, spot] };
    return next.refusedBy.length <= mostResent ? this.#again(invocation, next) : this.#wait(invocation, group, next);
  }

  #wait(invocation: Invocation, group: PoolGroup, progress: Progress): Promise<Reply> {
    const { fn } = invocation;
    const { queue, queueMs, onWanted } = this.#parts;
    if (!this.#pools.has(group)) {
      const closedUntilMs = this.#closed.get(group);
      if (closedUntilMs !== undefined && closedUntilMs > Date.now()) return Promise.reject(refusal(closedUntilMs));
      onWanted(group, fn);
    }
    const version = this.#pools.version(fn, group);
    const nowMs = this.#nowMs();
    const patience = patienceMs(invocation.headers);
    // By then it has to be answered, not only begun.
    const answeredByMs = Math.min(
      invocation.deadlineMs ?? Number.POSITIVE_INFINITY,
      patience === undefined ? Number.POSITIVE_INFINITY : nowMs + patience,
    );
    const untilMs = progress.untilMs || Math.min(nowMs + queueMs, answeredByMs - (version?.aloneMs ?? 0));
    const costMs = version?.cpuMs || supposedCostMs;
    // What a place has refused is not refused again: else it could go round for ever.
    const mustRun = progress.mustRun || progress.refusedBy.length > 0;
    const next: Progress = { ...progress, refusedBy: [], untilMs, mustRun, isTurn: true };
    const reply = queue.wait(group, invocation, { costMs, untilMs }, () => this.#again(invocation, next));
    this.roomChanged(group);
    return reply;
  }

  /** Most servers have none, and then the group's name is not looked up. */
  #containersOf(group: PoolGroup): readonly Executor[] | undefined {
    return this.#containers.size === 0 ? undefined : this.#containers.get(group);
  }

  /** What a waiting request whose turn it is may do. */
  readonly #turnOf = ({ fn }: Invocation): Turn => {
    const group = this.#groupOf(fn);
    const containers = this.#containersOf(group);
    if (containers) return leastBusy(containers) ? "go" : "nobody";
    const version = this.#pools.isAtHand(group) ? this.#pools.version(fn, group) : undefined;
    if (!version) return "nobody";
    if (this.#pools.fits(version, group)) return "go";
    version.passedOver = true;
    return "another";
  };

  #advanceQueue(): void {
    this.#parts.queue.advance(this.#turnOf);
  }
}

/** Containers have a CPU each, so that two requests are served sooner by two. Else the first: the others become idle. */
function leastBusy(containers: readonly Executor[]): Executor | undefined {
  let best: Executor | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const executor of containers) {
    const { inFlight, room } = executor.load();
    if (room <= 0 || inFlight >= least) continue;
    if (inFlight === 0) return executor;
    best = executor;
    least = inFlight;
  }
  return best;
}

function refusal(untilMs = 0): IsletError {
  return new IsletError("quarantined", "the function has ended its process too often", {
    retryAfterMs: Math.max(0, untilMs - Date.now()),
  });
}

/** Whether running the request a second time does no harm and is possible. */
function mayRepeat(invocation: Invocation, error: unknown, attempt: number): boolean {
  if (!(error instanceof IsletError) || attempt >= (maxAttempts.get(error.code) ?? 1)) return false;
  return isRepeatable(invocation, error.notBegun);
}
