import type { LogLevel } from "../../runtime-api/ops.ts";
import type { Limits } from "../core/limits.ts";
import type { Job } from "./job.ts";
import { LimitEnforcer } from "./limit-enforcer.ts";

/** One invocation inside an isolate, from its first entry until all its work is over. */
export class LiveInvocation {
  readonly id: number;
  readonly job: Job;
  readonly cpuLimitMs: number;
  cpuMs = 0;
  answered = false;
  /** Ended: later ops and entries in its name are dropped. */
  over = false;
  readonly timers = new Map<number, NodeJS.Timeout | NodeJS.Immediate>();
  readonly exchanges = new Set<number>();
  /** Its open compression streams, and how each is closed. */
  codecs: Map<number, () => void> | undefined;
  /** Ends work that goes on for too long after the answer. */
  afterwards: NodeJS.Timeout | undefined;
  /** It was seen to look for a clock. */
  probed = false;
  /** The guest was told that nobody waits for it any more. */
  cancelled = false;
  /** Its answer to that: what waitUntil() was given is not done. */
  goesOn = false;
  /** Its CPU time is used up: however it ends now, that is why. */
  usedUp = false;
  readonly #limits: Limits;
  #enforcer: LimitEnforcer | undefined;

  constructor(id: number, job: Job, limits: Limits, cpuLimitMs: number) {
    this.id = id;
    this.job = job;
    this.#limits = limits;
    this.cpuLimitMs = cpuLimitMs;
  }

  /** Made when first needed: most invocations ask for nothing that is counted. */
  get limits(): LimitEnforcer {
    this.#enforcer ??= new LimitEnforcer(this.#limits, (limit, message) => this.job.limitHit(limit, message));
    return this.#enforcer;
  }

  /**
   * Whether it has had CPU time worth the name. What the clock has ended without that was not at fault: the machine had other
   * things to do.
   */
  get computed(): boolean {
    return this.cpuMs >= this.cpuLimitMs / 2;
  }

  /** Nothing of its CPU time is left. False: the guest has been told already that nobody waits for it, or is about to be. */
  spend(): boolean {
    const isNews = !this.cancelled;
    this.cancelled = true;
    this.usedUp = true;
    return isNews;
  }

  /** A line in its name, as long as there is room. */
  log(level: LogLevel, text: string): void {
    if (!this.limits.keepLine(text.length)) return;
    this.job.log(level, text);
    this.limits.lineKept();
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

  addTimer(live: LiveInvocation, id: number, timer: NodeJS.Timeout | NodeJS.Immediate): void {
    live.timers.set(id, timer);
    this.#owners.set(id, live);
  }

  removeTimer(id: number): void {
    const live = this.#owners.get(id);
    const timer = live?.timers.get(id);
    if (!live || timer === undefined) return;
    clear(timer);
    live.timers.delete(id);
    this.#owners.delete(id);
  }

  addCodec(live: LiveInvocation, id: number, close: () => void): void {
    live.codecs ??= new Map();
    live.codecs.set(id, close);
    this.#owners.set(id, live);
  }

  closeCodec(id: number): void {
    const codecs = this.#owners.get(id)?.codecs;
    const close = codecs?.get(id);
    if (!close) return;
    codecs?.delete(id);
    this.#owners.delete(id);
    close();
  }

  /** Drops the invocation with its timers. True if it was not over before. */
  end(live: LiveInvocation): boolean {
    if (live.over) return false;
    live.over = true;
    this.#live.delete(live.id);
    if (live.afterwards !== undefined) clearTimeout(live.afterwards);
    for (const [id, timer] of live.timers) {
      clear(timer);
      this.#owners.delete(id);
    }
    if (live.codecs !== undefined) for (const id of live.codecs.keys()) this.closeCodec(id);
    for (const exchange of live.exchanges) this.#owners.delete(exchange);
    return true;
  }

  all(): LiveInvocation[] {
    return [...this.#live.values()];
  }
}

/** Each of the two does nothing to what the other is for. */
function clear(timer: NodeJS.Timeout | NodeJS.Immediate): void {
  clearTimeout(timer as NodeJS.Timeout);
  clearImmediate(timer as NodeJS.Immediate);
}
