import type { PoolGroup } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { Invocation, Reply } from "../core/invocation.ts";

interface Line {
  readonly entries: Waiting[];
  /** Of those, how many have not left. */
  waiting: number;
}

interface Waiting {
  readonly line: Line;
  readonly invocation: Invocation;
  readonly start: () => void;
  readonly refuse: (error: IsletError) => void;
  readonly untilMs: number;
  gone: boolean;
}

const sweepMs = 100;
/** Of the queue's length that one tenant's own group may take, so that the others' requests still find a place. */
const tenantShare = 4;

/**
 * Requests that wait for room, a line for each group of pool processes and first come first served in
 * each: those for a group that has no process yet hold up no others. Bounded in number and in time.
 */
export class WaitingQueue {
  readonly #maxLength: number;
  readonly #maxMs: number;
  readonly #lines = new Map<PoolGroup, Line>();
  #length = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(maxLength: number, maxMs: number) {
    this.#maxLength = maxLength;
    this.#maxMs = maxMs;
  }

  get length(): number {
    return this.#length;
  }

  /** How many wait for a group. */
  waitingFor(group: PoolGroup): number {
    return this.#lines.get(group)?.waiting ?? 0;
  }

  /** Groups that requests wait for. */
  get groups(): PoolGroup[] {
    return [...this.#lines.keys()];
  }

  /**
   * Runs `run` when `advance` reaches it: at once then, so that the next in line sees what room it left.
   * @throws IsletError overloaded (at once), queue_timeout, or why it was cancelled.
   */
  wait(group: PoolGroup, invocation: Invocation, run: () => Promise<Reply>): Promise<Reply> {
    const line = this.#lines.get(group) ?? { entries: [], waiting: 0 };
    const longest = group === "shared" ? this.#maxLength : Math.ceil(this.#maxLength / tenantShare);
    if (this.#length >= this.#maxLength || line.waiting >= longest) {
      return Promise.reject(new IsletError("overloaded", "all that could run it is busy, and the queue is full"));
    }
    return new Promise((resolve, refuse) => {
      const start = () => resolve(run());
      const untilMs = performance.now() + this.#maxMs;
      const entry: Waiting = { line, invocation, start, refuse, untilMs, gone: false };
      line.entries.push(entry);
      line.waiting++;
      this.#lines.set(group, line);
      this.#length++;
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
      invocation.onCancel((reason) => this.#leave(entry, () => refuse(reason)));
    });
  }

  /** Lets the first of each line go for as long as `hasRoom` says so. */
  advance(hasRoom: (invocation: Invocation) => boolean): void {
    for (const group of this.groups) this.advanceLine(group, hasRoom);
  }

  /** The same for one line. */
  advanceLine(group: PoolGroup, hasRoom: (invocation: Invocation) => boolean): void {
    // Looked up again each time: what starts may wait again, or end the line.
    for (let first = this.#first(group); first; first = this.#first(group)) {
      if (!hasRoom(first.invocation)) return;
      this.#lines.get(group)?.entries.shift();
      this.#leave(first, first.start);
    }
  }

  /** Starts those of a group's line for which `isElsewhere` holds: they look for another place. */
  move(isElsewhere: (invocation: Invocation, group: PoolGroup) => boolean): void {
    for (const [group, line] of [...this.#lines]) {
      for (const entry of line.entries.filter(({ invocation }) => isElsewhere(invocation, group))) {
        this.#leave(entry, entry.start);
      }
      this.#first(group);
    }
  }

  /** Ends the waiting of all that are in a group's line. */
  refuse(group: PoolGroup, error: IsletError): void {
    for (const entry of [...(this.#lines.get(group)?.entries ?? [])]) this.#leave(entry, () => entry.refuse(error));
    this.#first(group);
  }

  /** The first that still waits; drops those before it, and a line that is empty. */
  #first(group: PoolGroup): Waiting | undefined {
    const entries = this.#lines.get(group)?.entries;
    while (entries?.[0]?.gone) entries.shift();
    if (entries?.length === 0) this.#lines.delete(group);
    return entries?.[0];
  }

  #sweep(): void {
    const now = performance.now();
    for (const [group, line] of [...this.#lines]) {
      for (const entry of [...line.entries]) {
        if (entry.untilMs > now) break;
        this.#leave(entry, () =>
          entry.refuse(new IsletError("queue_timeout", "nothing became free to run it in time")),
        );
      }
      this.#first(group);
    }
  }

  #leave(entry: Waiting, tell: () => void): void {
    if (entry.gone) return;
    entry.gone = true;
    entry.line.waiting--;
    this.#length--;
    if (this.#length === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
      this.#lines.clear();
    }
    tell();
  }
}
