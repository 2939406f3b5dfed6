import { type LiveFunction, type PoolGroup, versionKey, versionOfKey } from "../core/deployment.ts";
import type { PoolList, ToFront, Verdict } from "../core/messages.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import { StartError } from "../core/start-error.ts";
import { BackOff } from "./back-off.ts";
import type { FrontChild } from "./child-kinds.ts";
import { type Death, describeDeath } from "./death.ts";
import { killAll, Slot } from "./slot.ts";
import type { Timers } from "./timers.ts";
import type { Timing } from "./timing.ts";

/** How long a front that leaves keeps connections without a request, if there is time. */
const leaveIdleMs = 5_000;

export type FrontStart = Extract<ToFront, { type: "start" }>;

/** What one deploy, roll-back or removal changes. */
export type FunctionChange = { readonly set: LiveFunction } | { readonly remove: string };

export interface FrontsOptions {
  /** At the start. */
  readonly count: number;
  /** 0 lets the first front choose; the others and all successors take the same. */
  readonly port: number;
  readonly timers: Timers;
  readonly timing: Timing;
  /** Forks a front that has been told nothing yet. */
  readonly bear: () => FrontChild;
  /** The settings that a front is started with. */
  readonly settings: (id: string, port: number) => FrontStart["settings"];
  readonly onDeath: (front: FrontChild, death: Death) => void;
  /** Where a function's requests are to run. Asked when it is published and when that may have changed. */
  readonly groupOf: (fn: LiveFunction) => PoolGroup;
  /** Whether its requests may be run once more in a container. Asked at the same times. */
  readonly mayFallBack: (fn: LiveFunction) => boolean;
}

/**
 * Keeps the front processes alive and of one mind. The list of functions is kept here: a front gets
 * it whole in `start`, and every change after that in order, whether it is ready yet or not, since
 * it takes connections a moment before its `ready` is read.
 */
export class Fronts {
  readonly #options: FrontsOptions;
  #slots: Slot<FrontChild>[];
  /** Those that have lost their place to another and still answer something. */
  readonly #leaving = new Set<FrontChild>();
  /** Those of them whose successor is not up: they take connections still. */
  readonly #relieved = new Set<FrontChild>();
  /** Of the places whose fronts ask to be replaced. */
  readonly #patience = new WeakMap<Slot<FrontChild>, BackOff>();
  readonly #functions = new Map<string, LiveFunction>();
  /** By version key: those that are being loaded before they are live. */
  readonly #coming = new Map<string, LiveFunction>();
  #list: PoolList = { pools: [], closed: [] };
  #port: number;

  constructor(options: FrontsOptions, functions: readonly LiveFunction[]) {
    this.#options = options;
    this.#port = options.port;
    for (const fn of functions) this.#functions.set(fn.name, this.#placed(fn));
    this.#slots = Array.from({ length: options.count }, () => this.#slot());
  }

  /**
   * Starts all fronts and resolves with the port when they serve.
   *
   * @throws StartError when one dies before it is ready.
   */
  async start(): Promise<number> {
    const [first, ...others] = this.#slots;
    if (!first) throw new StartError("at least one front is needed");
    this.#port = await startFront(first);
    await Promise.all(others.map(startFront));
    return this.#port;
  }

  /** How many there are to be. */
  get count(): number {
    return this.#slots.length;
  }

  /** Those that serve; null while one is missing, or another still leaves. */
  settled(): readonly FrontChild[] | null {
    const serving = this.#slots.flatMap(({ readyChild }) => readyChild ?? []);
    return serving.length < this.count || this.#leaving.size > 0 ? null : serving;
  }

  /** How many take connections. */
  get readyCount(): number {
    return this.#slots.filter((slot) => slot.readyChild).length + this.#relieved.size;
  }

  get children(): FrontChild[] {
    return [...this.#slots.flatMap((slot) => slot.child ?? []), ...this.#leaving];
  }

  /** What is live, as the fronts know it. */
  live(name: string): LiveFunction | undefined {
    return this.#functions.get(name);
  }

  /** By its isolate key, a version that is live or is being loaded to go live. */
  versionOf(key: string): LiveFunction | undefined {
    const version = versionOfKey(key);
    const live = this.#functions.get(version.slice(0, version.lastIndexOf("@")));
    return live && versionKey(live) === version ? live : this.#coming.get(version);
  }

  /** Has all fronts see to it that a version is loaded where its first request will go; with what they said in time. */
  async prewarm(fn: LiveFunction, spareOnly: boolean, withinMs: number): Promise<PrewarmOutcome[]> {
    const placed = this.#placed(fn);
    const key = versionKey(fn);
    this.#coming.set(key, placed);
    const question = (seq: number) => ({ type: "prewarm" as const, seq, fn: placed, spareOnly });
    const answers = await Promise.all(this.#ready().map((front) => front.ask("prewarmed", question, withinMs)));
    this.#coming.delete(key);
    return answers.flatMap((answer) => (answer ? [answer.outcome] : []));
  }

  /** How many requests versions had since this was asked last, by version key; of each front by itself. */
  async uses(withinMs: number): Promise<(readonly [string, number])[]> {
    const question = (seq: number) => ({ type: "uses" as const, seq });
    const answers = await Promise.all(this.#ready().map((front) => front.ask("uses", question, withinMs)));
    const uses = answers.flatMap((answer) => answer?.uses ?? []);
    return uses.map(([key, count]) => [versionOfKey(key), count]);
  }

  /** Makes a change live; resolves when no front serves anything older. */
  async publish(change: FunctionChange): Promise<void> {
    const set = "set" in change ? this.#placed(change.set) : null;
    const remove = "remove" in change ? change.remove : null;
    if (set) this.#functions.set(set.name, set);
    if (remove !== null) this.#functions.delete(remove);
    await Promise.all(this.#serving().map((front) => this.#tell(front, { set, remove })));
  }

  /** Moves a function's requests to where they are to run now; resolves when all fronts send them there. */
  async regroup(name: string): Promise<void> {
    const fn = this.#functions.get(name);
    if (!fn) return;
    const { group, fallback } = this.#placed(fn);
    if (group !== fn.group || fallback !== fn.fallback) await this.publish({ set: fn });
  }

  /** Tells all fronts who is to blame for the death of a pool process. */
  tellDeath(pool: string, verdict: Verdict): void {
    for (const front of this.#serving()) front.send({ type: "poolDied", id: pool, verdict });
  }

  /** Tells all fronts which pool processes there are. */
  setPools(list: PoolList): void {
    this.#list = list;
    for (const front of this.#serving()) front.send({ type: "pools", list });
  }

  /**
   * Puts another in a front's place, later and later when that goes on: where each request has its front ask for it, the
   * machine would do nothing but start fronts. The old one serves until the other is up, and then ends what is in flight.
   */
  async retire(front: FrontChild, withinMs: number): Promise<void> {
    const slot = this.#slots.find(({ child }) => child === front);
    // It asked before.
    if (!slot) return;
    const patience = this.#patience.get(slot) ?? new BackOff();
    this.#patience.set(slot, patience);
    this.#relieved.add(front);
    this.#loses(front);
    slot.vacate(patience.next(front.readyMs));
    // Not only the next one: that may die before it is up.
    await Promise.race([slot.whenReady(), front.dead]);
    // It has died while its successor was put off.
    slot.fill();
    this.#relieved.delete(front);
    this.#endLongestLeaving();
    await this.#leave(front, withinMs);
  }

  /** Starts one more; resolves when it takes connections. False if it died before: then there is none more. */
  async add(): Promise<boolean> {
    const slot = this.#slot();
    this.#slots.push(slot);
    slot.fill();
    if (await slot.child?.ready) return true;
    this.#slots = this.#slots.filter((other) => other !== slot);
    // The next may have been born in its place already.
    await killAll([slot]);
    return false;
  }

  /** Takes one place away; its front ends what is in flight. */
  remove(withinMs: number): void {
    const front = this.#slots.pop()?.release();
    if (!front) return;
    this.#loses(front);
    void this.#leave(front, withinMs);
  }

  /** Lets the fronts end what is in flight; resolves when all are gone. */
  async drain(withinMs: number): Promise<void> {
    const last = [...this.#slots.flatMap((slot) => slot.close() ?? []), ...this.#leaving];
    await Promise.all(last.map((front) => front.drain(withinMs)));
  }

  /** Kills all fronts; resolves when all are gone. */
  async kill(): Promise<void> {
    const leaving = [...this.#leaving];
    for (const front of leaving) front.kill("stopped");
    await Promise.all([killAll(this.#slots), ...leaving.map((front) => front.dead)]);
  }

  /** Functions can bring it about that a front is replaced: as many as are to serve may be ending what is in flight. */
  #endLongestLeaving(): void {
    const leaving = [...this.#leaving].filter((front) => front.state === "ready" && !this.#relieved.has(front));
    for (const front of leaving.slice(0, -this.count)) front.kill("retired");
  }

  #slot(): Slot<FrontChild> {
    const { timers, onDeath } = this.#options;
    const unexplained = new BackOff();
    return new Slot<FrontChild>({
      ...{ timers, bear: () => this.#bear(), onDeath },
      // With the pool in it, the front that a function ends takes its neighbours with it: they are not to wait.
      delayAfter: ({ guests }, death) => (guests?.verdict.guilty.length ? 0 : unexplained.next(death.readyMs)),
    });
  }

  /** A front has lost its place: from now on it is known as one that leaves. */
  #loses(front: FrontChild): void {
    this.#leaving.add(front);
    void front.dead.then((death) => {
      this.#leaving.delete(front);
      this.#relieved.delete(front);
      this.#options.onDeath(front, death);
    });
  }

  async #leave(front: FrontChild, withinMs: number): Promise<void> {
    if (front.state === "starting") front.kill("retired");
    front.send({ type: "leave", idleMs: Math.min(leaveIdleMs, withinMs / 2) });
    const cancel = this.#options.timers.after(withinMs, () => front.kill("retired"));
    await front.dead;
    cancel();
  }

  #placed(fn: LiveFunction): LiveFunction {
    const { groupOf, mayFallBack } = this.#options;
    const { fallback, ...others } = fn;
    const placed = { ...others, group: groupOf(fn) };
    if (fallback === "done") return { ...placed, fallback };
    return mayFallBack(fn) ? { ...placed, fallback: "possible" } : placed;
  }

  #bear(): FrontChild {
    const front = this.#options.bear();
    front.send({
      type: "start",
      settings: this.#options.settings(front.id, this.#port),
      functions: [...this.#functions.values()],
      list: this.#list,
    });
    return front;
  }

  #ready(): FrontChild[] {
    return this.children.filter((front) => front.state === "ready");
  }

  #serving(): FrontChild[] {
    return this.children.filter((front) => front.state === "starting" || front.state === "ready");
  }

  async #tell(front: FrontChild, change: { set: LiveFunction | null; remove: string | null }): Promise<void> {
    const question = (seq: number) => ({ type: "publish" as const, seq, ...change });
    const { startMs, publishMs } = this.#options.timing;
    // One that is still starting takes it over as the first thing it does, and may start as slowly as others.
    const answer = await front.ask("published", question, front.state === "starting" ? startMs + publishMs : publishMs);
    if (answer) return;
    // It may go on serving what is no longer live, unless it is dead already; its successor starts with the change.
    front.kill("unresponsive");
    await front.dead;
  }
}

async function startFront(slot: Slot<FrontChild>): Promise<number> {
  slot.fill();
  const { child } = slot;
  const ready = await child?.ready;
  if (ready) return ready.port;
  const death = await child?.dead;
  throw new StartError(`a front process did not start: it ${death ? describeDeath(death) : "was not born"}`);
}
