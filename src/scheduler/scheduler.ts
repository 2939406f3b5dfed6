import { isContainerGroup, isolateKey, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import type { FrontPlacement } from "../core/placement.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import { ContainerFallback, type FallbackParts, isRepeatable } from "./container-fallback.ts";
import type { DecisionKind } from "./placer.ts";
import { type PlacedExecutor, PoolGroups } from "./pool-groups.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

export interface SchedulerParts {
  readonly queue: WaitingQueue;
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

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
    this.#fallback = new ContainerFallback({
      ...parts.fallback,
      run: (invocation) => this.#attempt(invocation, invocation.fn.group, 1),
    });
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
    if (queue.length > 0) queue.advanceLine(group, ({ fn }) => this.#hasRoom(this.#groupOf(fn)));
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
    return this.#attempt(invocation, this.#anyMoved ? this.#groupOf(fn) : fn.group, 1);
  }

  /** Whoever has come to containers stays there: in an isolate it would only run into the same limit again. */
  #groupOf(fn: LiveFunction): PoolGroup {
    return isContainerGroup(fn.group) ? fn.group : this.#parts.groupOf(fn);
  }

  #again(invocation: Invocation, attempt: number): Promise<Reply> {
    return this.#attempt(invocation, this.#groupOf(invocation.fn), attempt);
  }

  #attempt(invocation: Invocation, group: PoolGroup, attempt: number): Promise<Reply> {
    if (this.#suspects.size > 0) {
      const judged = this.#suspects.get(isolateKey(invocation.fn));
      if (judged !== undefined) return judged.then(() => this.#again(invocation, attempt));
    }
    const containers = this.#containersOf(group);
    if (containers) {
      const executor = leastBusy(containers);
      if (!executor) return this.#wait(invocation, group, attempt);
      return executor.execute(invocation).then(
        (reply) => this.#replied(reply),
        (error: unknown) => this.#failed(invocation, error, attempt),
      );
    }
    const atMs = this.#nowMs();
    const spot = this.#pools.choose(invocation.fn, group, atMs);
    if (!spot) return this.#wait(invocation, group, attempt);
    const sent = { x: spot.busy(), atMs };
    return spot.executor.execute(invocation).then(
      (reply) => {
        const nowMs = this.#nowMs();
        this.#pools.learn(invocation.fn, group, spot, sent, nowMs, reply.usage);
        return this.#replied(reply);
      },
      (error: unknown) => this.#failed(invocation, error, attempt),
    );
  }

  #replied(reply: Reply): Reply {
    if (this.#parts.queue.length > 0) this.#advanceQueue();
    return reply;
  }

  #failed(invocation: Invocation, error: unknown, attempt: number): Promise<Reply> {
    this.#advanceQueue();
    if (mayRepeat(invocation, error, attempt)) return this.#again(invocation, attempt + 1);
    if (error instanceof IsletError && error.endedByLimit && invocation.fn.fallback === "possible") {
      return this.#fallback.instead(invocation, error, error.endedByLimit);
    }
    throw error;
  }

  #wait(invocation: Invocation, group: PoolGroup, attempt: number): Promise<Reply> {
    const { fn } = invocation;
    if (!this.#pools.has(group)) {
      const closedUntilMs = this.#closed.get(group);
      if (closedUntilMs !== undefined && closedUntilMs > Date.now()) return Promise.reject(refusal(closedUntilMs));
      this.#parts.onWanted(group, fn);
    }
    return this.#parts.queue.wait(group, invocation, () => this.#again(invocation, attempt));
  }

  /** Most servers have none, and then the group's name is not looked up. */
  #containersOf(group: PoolGroup): readonly Executor[] | undefined {
    return this.#containers.size === 0 ? undefined : this.#containers.get(group);
  }

  #hasRoom(group: PoolGroup): boolean {
    const containers = this.#containersOf(group);
    return containers ? leastBusy(containers) !== undefined : this.#pools.hasRoom(group);
  }

  #advanceQueue(): void {
    const { queue } = this.#parts;
    queue.advance(({ fn }) => this.#hasRoom(this.#groupOf(fn)));
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
  return isRepeatable(invocation, false);
}
