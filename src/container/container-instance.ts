import type { Socket } from "node:net";
import { containerGroup, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import type { Caller } from "../core/egress.ts";
import { IsletError } from "../core/errors.ts";
import type { Executor, ExecutorLoad } from "../core/executor.ts";
import { hopsHeader, hopsOf } from "../core/hops.ts";
import type { Invocation, LogLevel, Reply } from "../core/invocation.ts";
import type { InstanceEnd } from "../core/messages.ts";
import { ContainerExchange, type ExchangeOwner } from "./container-exchange.ts";
import { lossOf } from "./instance-loss.ts";
import { RunnerConnection } from "./runner-connection.ts";

/** How long the supervisor may take to say why a container has ended. */
const verdictMs = 500;
/** A runner that does not connect again for so long after a request was given up is stuck in it. */
const stuckMs = 5_000;

export type InstanceState = "starting" | "ready" | "paused" | "thawing" | "over";

export interface InstanceParts {
  readonly id: string;
  readonly fn: LiveFunction;
  readonly onState: (before: InstanceState) => void;
  /** It may have room for one more request. */
  readonly onRoom: () => void;
  /** An answer has begun, so long after its request was sent here when others were in flight. */
  readonly onAnswered: (others: number, tookMs: number) => void;
  /** Its runner does not come back from a request that was given up. */
  readonly onStuck: () => void;
}

/** One container of a version, which belongs to this front alone: an executor. */
export class ContainerInstance implements Executor, ExchangeOwner {
  readonly tier = "container";
  readonly id: string;
  readonly fn: LiveFunction;
  readonly group: PoolGroup;
  /** When its last request was over. */
  idleSinceMs = performance.now();
  /** Gets no more requests, and ends when it has none. */
  yielding = false;
  /** Work goes on in it that no request waits for. */
  background = false;
  readonly #parts: InstanceParts;
  /** Connections without a request. */
  readonly #free: RunnerConnection[] = [];
  readonly #connections = new Set<RunnerConnection>();
  /** As few as there are connections. */
  readonly #exchanges: ContainerExchange[] = [];
  readonly #ended = Promise.withResolvers<InstanceEnd>();
  #state: InstanceState = "starting";
  #cold = true;
  #lines = 0;
  #waiting: { count: number; then: () => void }[] = [];
  #stuck: NodeJS.Timeout | undefined;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.fn = parts.fn;
    this.group = containerGroup(parts.fn);
  }

  get state(): InstanceState {
    return this.#state;
  }

  get busy(): boolean {
    return this.background || this.#exchanges.length > 0;
  }

  become(state: InstanceState): void {
    const before = this.#state;
    if (before === "over" || before === state) return;
    this.#state = state;
    if (state === "ready") this.idleSinceMs = performance.now();
    this.#parts.onState(before);
  }

  /** Who sends something out: with the hops of all requests that it may be for. */
  get caller(): Caller {
    const running = this.#exchanges.map(({ invocation }) => invocation);
    const hops = Math.max(0, ...running.map(({ headers }) => hopsOf(headers)));
    const [only] = running;
    const requestId = running.length === 1 && only ? only.requestId : this.id;
    return { requestId, fn: this.fn, headers: `${hopsHeader}\n${hops}` };
  }

  load(): ExecutorLoad {
    return { inFlight: this.#exchanges.length, others: 0, notBegun: 0, room: this.#takesMore ? this.#free.length : 0 };
  }

  get #takesMore(): boolean {
    return this.#state === "ready" && !this.yielding;
  }

  execute(invocation: Invocation): Promise<Reply> {
    const connection = this.#takesMore ? this.#free.pop() : undefined;
    if (!connection) return Promise.reject(new IsletError("container_lost", "the container is gone"));
    const exchange = new ContainerExchange(invocation, connection, this.#cold, this);
    this.#cold = false;
    const others = this.#exchanges.push(exchange) - 1;
    const sentAtMs = performance.now();
    exchange.start();
    return exchange.reply.then((reply) => {
      this.#parts.onAnswered(others, performance.now() - sentAtMs);
      return reply;
    });
  }

  onOver(exchange: ContainerExchange): void {
    this.#exchanges.splice(this.#exchanges.indexOf(exchange), 1);
    if (!exchange.connection.gone) this.#free.push(exchange.connection);
    this.idleSinceMs = performance.now();
    this.#parts.onRoom();
  }

  /** Its runner takes one more request at a time. */
  connected(socket: Socket): void {
    const connection = new RunnerConnection(socket, () => this.#disconnected(connection));
    this.#connections.add(connection);
    this.#free.push(connection);
    clearTimeout(this.#stuck);
    if (this.#state === "ready") this.#parts.onRoom();
  }

  #disconnected(connection: RunnerConnection): void {
    this.#connections.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    if (this.#state !== "ready") return;
    clearTimeout(this.#stuck);
    this.#stuck = setTimeout(this.#parts.onStuck, stuckMs).unref();
  }

  /** A line for the log of the request that it belongs to. False: that is over, or there was none. */
  logged(requestId: string | null, level: LogLevel, text: string): boolean {
    const exchange = this.#exchanges.find((one) => one.invocation.requestId === requestId);
    if (!exchange) return false;
    const { invocation, logged: before } = exchange;
    const { logBytes } = this.fn.limits;
    const after = before + text.length + 200;
    exchange.logged = after;
    if (after <= logBytes) invocation.log(level, text);
    else if (before <= logBytes) invocation.log("warn", "further lines are left out: limits.logBytes is used up");
    return true;
  }

  /** So many of its control lines have been read. */
  heard(count: number): void {
    this.#lines += count;
    const due = this.#waiting.filter((one) => one.count <= this.#lines);
    this.#waiting = this.#waiting.filter((one) => one.count > this.#lines);
    for (const { then } of due) then();
  }

  /** The supervisor has said how it ended. */
  judged(end: InstanceEnd): void {
    this.#ended.resolve(end);
    this.lost();
  }

  /** It serves no more: what is in flight there fails when it is known why. */
  lost(): void {
    if (this.state === "over") return;
    this.become("over");
    clearTimeout(this.#stuck);
    for (const connection of [...this.#connections]) connection.destroy();
    this.heard(Number.POSITIVE_INFINITY);
  }

  afterLines(count: number, then: () => void): void {
    // What is no number is no reason to wait.
    if (!(count > this.#lines)) then();
    else this.#waiting.push({ count, then });
  }

  async loss(): Promise<IsletError> {
    const silence = Promise.withResolvers<null>();
    const timer = setTimeout(() => silence.resolve(null), verdictMs);
    const end = await Promise.race([this.#ended.promise, silence.promise]);
    clearTimeout(timer);
    return lossOf(end);
  }
}
