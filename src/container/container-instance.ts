import type { Socket } from "node:net";
import { containerGroup, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { Executor, ExecutorLoad } from "../core/executor.ts";
import type { Invocation, LogLevel, Reply } from "../core/invocation.ts";
import type { InstanceEnd } from "../core/messages.ts";
import { ContainerExchange } from "./container-exchange.ts";
import { InstanceAgent } from "./instance-agent.ts";
import { lossOf } from "./instance-loss.ts";

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
  /** Its runner does not come back from a request that was given up. */
  readonly onStuck: () => void;
}

/** One container of a version, which belongs to this front alone: an executor. */
export class ContainerInstance implements Executor {
  readonly tier = "container";
  readonly id: string;
  readonly fn: LiveFunction;
  readonly group: PoolGroup;
  /** When its last request was over. */
  idleSinceMs = performance.now();
  /** Work goes on in it that no request waits for. */
  background = false;
  readonly #agent = new InstanceAgent();
  readonly #parts: InstanceParts;
  readonly #invocations = new Map<string, Invocation>();
  readonly #logged = new WeakMap<Invocation, number>();
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
    return this.background || this.#invocations.size > 0;
  }

  become(state: InstanceState): void {
    const before = this.#state;
    if (before === "over" || before === state) return;
    this.#state = state;
    if (state === "ready") this.idleSinceMs = performance.now();
    this.#parts.onState(before);
  }

  load(): ExecutorLoad {
    const inFlight = this.#invocations.size;
    return { inFlight, room: this.state === "ready" ? this.#agent.open - inFlight : 0 };
  }

  execute(invocation: Invocation): Promise<Reply> {
    if (this.state !== "ready") return Promise.reject(new IsletError("container_lost", "the container is gone"));
    this.#invocations.set(invocation.requestId, invocation);
    const cold = this.#cold;
    this.#cold = false;
    const exchange = new ContainerExchange({
      ...{ invocation, cold, agent: this.#agent },
      afterLines: (count, then) => this.#afterLines(count, then),
      loss: () => this.#loss(),
      onOver: () => {
        this.#invocations.delete(invocation.requestId);
        this.idleSinceMs = performance.now();
        this.#parts.onRoom();
      },
    });
    return exchange.reply;
  }

  /** Its runner takes one more request at a time. */
  connected(socket: Socket): void {
    this.#agent.add(socket);
    clearTimeout(this.#stuck);
    if (this.state === "ready") this.#parts.onRoom();
    socket.once("close", () => {
      if (this.state !== "ready") return;
      clearTimeout(this.#stuck);
      this.#stuck = setTimeout(this.#parts.onStuck, stuckMs).unref();
    });
  }

  /** A line for the log of the request that it belongs to. False: that is over, or there was none. */
  logged(requestId: string | null, level: LogLevel, text: string): boolean {
    const invocation = requestId === null ? undefined : this.#invocations.get(requestId);
    if (!invocation) return false;
    const before = this.#logged.get(invocation) ?? 0;
    const { logBytes } = this.fn.limits;
    const after = before + text.length + 200;
    this.#logged.set(invocation, after);
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
    this.#agent.fail(new Error("the container is gone"));
    this.heard(Number.POSITIVE_INFINITY);
  }

  #afterLines(count: number, then: () => void): void {
    if (count <= this.#lines) then();
    else this.#waiting.push({ count, then });
  }

  async #loss(): Promise<IsletError> {
    const silence = Promise.withResolvers<null>();
    const timer = setTimeout(() => silence.resolve(null), verdictMs);
    const end = await Promise.race([this.#ended.promise, silence.promise]);
    clearTimeout(timer);
    return lossOf(end);
  }
}
