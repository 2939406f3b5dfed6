import type { Job } from "./job.ts";

/** Characters that one invocation may log, so that it cannot keep the log from the others. */
const longestLog = 256 * 1024;

/** One invocation inside an isolate, from its first entry until all its work is over. */
export class LiveInvocation {
  readonly id: number;
  readonly job: Job;
  readonly cpuLimitMs: number;
  cpuMs = 0;
  answered = false;
  logRoom = longestLog;
  /** Ended: later ops and entries in its name are dropped. */
  over = false;
  readonly timers = new Map<number, NodeJS.Timeout>();
  readonly exchanges = new Set<number>();
  /** Ends work that goes on for too long after the answer. */
  afterwards: NodeJS.Timeout | undefined;

  constructor(id: number, job: Job, cpuLimitMs: number) {
    this.id = id;
    this.job = job;
    this.cpuLimitMs = cpuLimitMs;
  }

  /** Whether a stream is its request's body or that of an answer to one of its subrequests. */
  owns(stream: number): boolean {
    return stream === this.id || this.exchanges.has(stream);
  }
}

/** Draws invocation, exchange and timer ids for all isolates of this process. */
let lastId = 0;
export function nextId(): number {
  lastId = lastId >= 0x3fff_ffff ? 1 : lastId + 1;
  return lastId;
}

/** The invocations of one isolate that are not over, and what belongs to each. */
export class LiveInvocations {
  readonly #live = new Map<number, LiveInvocation>();
  /** Which invocation a subrequest or a timer belongs to. */
  readonly #owners = new Map<number, LiveInvocation>();

  /**
   * The one whose entry runs. It is added only if it outlives the entry: most do not, and a map
   * whose size goes up and down between 0 and 1 is built anew each time.
   */
  entered: LiveInvocation | undefined;

  get size(): number {
    return this.#live.size;
  }

  add(live: LiveInvocation): void {
    this.#live.set(live.id, live);
  }

  get(id: number): LiveInvocation | undefined {
    const { entered } = this;
    if (entered?.id === id) return entered.over ? undefined : entered;
    return this.#live.get(id);
  }

  /** By the id of its request's or answer's body, or of one of its subrequests. */
  ofStream(stream: number): LiveInvocation | undefined {
    return this.get(stream) ?? this.#owners.get(stream);
  }

  addExchange(live: LiveInvocation, exchange: number): void {
    live.exchanges.add(exchange);
    this.#owners.set(exchange, live);
  }

  addTimer(live: LiveInvocation, id: number, timer: NodeJS.Timeout): void {
    live.timers.set(id, timer);
    this.#owners.set(id, live);
  }

  removeTimer(id: number): void {
    const live = this.#owners.get(id);
    if (!live) return;
    clearTimeout(live.timers.get(id));
    live.timers.delete(id);
    this.#owners.delete(id);
  }

  /** Drops the invocation with its timers. True if it was not over before. */
  end(live: LiveInvocation): boolean {
    if (live.over) return false;
    live.over = true;
    this.#live.delete(live.id);
    if (live.afterwards !== undefined) clearTimeout(live.afterwards);
    for (const [id, timer] of live.timers) {
      clearTimeout(timer);
      this.#owners.delete(id);
    }
    for (const exchange of live.exchanges) this.#owners.delete(exchange);
    return true;
  }

  all(): LiveInvocation[] {
    return [...this.#live.values()];
  }
}
