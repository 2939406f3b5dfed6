import type { PoolGroup } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import { DrainRate } from "./drain-rate.ts";
import { FairLine, type Turn, Waiting } from "./fair-line.ts";

const sweepMs = 50;
/** Of the queue's length that one tenant's own group may take, so that the others' requests still find a place. */
const groupShare = 4;
/** How much slower than it has moved a line may become before whoever was let in waits in vain. */
const slower = 1.25;
/** Nobody is told to come again later than that: what is known of the load is not worth more. */
const longestRetryMs = 60_000;

/** A request that waits for room. */
class WaitingRequest extends Waiting {
  readonly invocation: Invocation;
  readonly untilMs: number;
  readonly start: () => void;
  readonly refuse: (error: IsletError) => void;

  constructor(
    invocation: Invocation,
    { costMs, untilMs }: Wish,
    start: () => void,
    refuse: (error: IsletError) => void,
  ) {
    super(invocation.fn.tenant, invocation.fn.name, costMs);
    this.invocation = invocation;
    this.untilMs = untilMs;
    this.start = start;
    this.refuse = refuse;
  }
}

/** The requests that wait for the places of one group. */
interface Line {
  readonly requests: FairLine<WaitingRequest>;
  readonly rate: DrainRate;
}

/** What is known of a request that has to wait. */
export interface Wish {
  /** Its expected cost, in the milliseconds that others have to wait for it. */
  readonly costMs: number;
  /** By the clock of `nowMs`, when it has to begin. */
  readonly untilMs: number;
}

/**
 * Requests that wait for room, a line for each group of pool processes: those for a group that has no process yet hold up
 * no others. Within a line tenants are treated alike (`FairLine`). Bounded in number, of which one tenant gets no more than is
 * left for the others, and in time: a request that would have to wait for too long is refused at once.
 */
export class WaitingQueue {
  /** From time to time while somebody waits: to look whether there is room of which nobody has told. */
  onSweep: () => void = () => undefined;
  readonly #maxLength: number;
  readonly #nowMs: () => number;
  readonly #lines = new Map<PoolGroup, Line>();
  #length = 0;
  #sweeper: NodeJS.Timeout | undefined;

  /** @param nowMs milliseconds of a clock that never goes back. */
  constructor(maxLength: number, nowMs = () => performance.now()) {
    this.#maxLength = maxLength;
    this.#nowMs = nowMs;
  }

  get length(): number {
    return this.#length;
  }

  /** How many wait for a group. */
  waitingFor(group: PoolGroup): number {
    return this.#lines.get(group)?.requests.length ?? 0;
  }

  /** Groups that requests wait for. */
  get groups(): PoolGroup[] {
    return [...this.#lines].flatMap(([group, { requests }]) => (requests.length > 0 ? [group] : []));
  }

  /** How long a tenant's next request would wait for a group, in milliseconds, by how fast the line has moved. */
  expectedWaitMs(group: PoolGroup, tenant: string): number {
    const line = this.#lines.get(group);
    return line ? line.rate.timeFor(line.requests.costBefore(tenant)) : 0;
  }

  /**
   * Runs `run` when `advance` reaches it: at once then, so that the next in line sees what room it left.
   * @throws IsletError overloaded (at once), queue_timeout, or why it was cancelled.
   */
  wait(group: PoolGroup, invocation: Invocation, wish: Wish, run: () => Promise<Reply>): Promise<Reply> {
    const nowMs = this.#nowMs();
    const line = this.#lines.get(group) ?? { requests: new FairLine<WaitingRequest>(), rate: new DrainRate() };
    const refusal = this.#refusal(group, line, invocation.fn.tenant, wish, nowMs);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, refuse) => {
      const entry = new WaitingRequest(invocation, wish, () => resolve(run()), refuse);
      this.#lines.set(group, line);
      if (line.requests.length === 0) line.rate.began(nowMs);
      line.requests.add(entry);
      this.#length++;
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
      invocation.onCancel((reason) => {
        if (this.#leave(line, entry)) refuse(reason);
      });
    });
  }

  /** Lets those whose turn it is go, for as long as `turnOf` says so. */
  advance(turnOf: (invocation: Invocation) => Turn): void {
    for (const group of this.groups) this.advanceLine(group, turnOf);
  }

  /** The same for one line. */
  advanceLine(group: PoolGroup, turnOf: (invocation: Invocation) => Turn): void {
    const line = this.#lines.get(group);
    if (!line) return;
    const turn = ({ invocation }: WaitingRequest) => turnOf(invocation);
    for (let entry = line.requests.next(turn); entry; entry = line.requests.next(turn)) {
      this.#length--;
      const nowMs = this.#nowMs();
      line.rate.gone(entry.costMs, nowMs);
      if (entry.untilMs < nowMs) entry.refuse(this.#late(line, entry));
      else entry.start();
    }
  }

  /** Requests of this function, which were passed over, may go again. */
  resume(group: PoolGroup, tenant: string, fn: string): void {
    this.#lines.get(group)?.requests.resume(tenant, fn);
  }

  /** Starts those of a group's line for which `isElsewhere` holds: they look for another place. */
  move(isElsewhere: (invocation: Invocation, group: PoolGroup) => boolean): void {
    for (const [group, line] of [...this.#lines]) {
      for (const entry of [...line.requests]) {
        if (isElsewhere(entry.invocation, group) && this.#leave(line, entry)) entry.start();
      }
    }
  }

  /** Ends the waiting of all that are in a group's line. */
  refuse(group: PoolGroup, error: IsletError): void {
    const line = this.#lines.get(group);
    if (line) for (const entry of [...line.requests]) if (this.#leave(line, entry)) entry.refuse(error);
  }

  #refusal(group: PoolGroup, line: Line, tenant: string, { costMs, untilMs }: Wish, nowMs: number) {
    const { requests, rate } = line;
    const maxLength = this.#maxLength;
    const longest = group === "shared" ? maxLength : Math.ceil(maxLength / groupShare);
    // Of what is left as much as it has already: alone it gets half, and whoever comes later finds a place (A. Choudhury
    // and E. Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998).
    const isFull = this.#length >= maxLength || requests.length >= longest;
    if (isFull || requests.lengthOf(tenant) >= maxLength - this.#length) {
      const retryAfterMs = bounded(rate.timeFor(requests.costBefore(tenant)) / 2);
      const message = isFull
        ? "all that could run it is busy, and the queue is full"
        : "all that could run it is busy, and the queue is full of requests of the same tenant";
      return new IsletError("overloaded", message, { retryAfterMs, refusal: "queue_full" });
    }
    const waitMs = slower * rate.timeFor(requests.costBefore(tenant) + costMs);
    const patienceMs = untilMs - nowMs;
    if (waitMs <= patienceMs) return undefined;
    const message = `it might have to wait for ${seconds(waitMs)} s, and may for ${seconds(Math.max(0, patienceMs))} s`;
    return new IsletError("overloaded", message, { retryAfterMs: bounded(waitMs - patienceMs), refusal: "deadline" });
  }

  #late({ requests, rate }: Line, { tenant }: WaitingRequest): IsletError {
    const retryAfterMs = bounded(rate.timeFor(requests.costBefore(tenant)));
    const message = "nothing became free to run it in time";
    return new IsletError("queue_timeout", message, { retryAfterMs, refusal: "queue_timeout" });
  }

  #sweep(): void {
    const nowMs = this.#nowMs();
    for (const [group, line] of [...this.#lines]) {
      for (const entry of [...line.requests]) {
        if (entry.untilMs <= nowMs && this.#leave(line, entry)) entry.refuse(this.#late(line, entry));
      }
      // Whoever tells that a function's requests may go again may have forgotten it.
      line.requests.resumeAll();
      if (line.requests.length === 0) this.#lines.delete(group);
    }
    if (this.#length > 0) this.onSweep();
    if (this.#lines.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #leave({ requests }: Line, entry: WaitingRequest): boolean {
    if (!requests.remove(entry)) return false;
    this.#length--;
    return true;
  }
}

function bounded(ms: number): number {
  return Number.isFinite(ms) ? Math.min(longestRetryMs, Math.max(0, ms)) : longestRetryMs;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
