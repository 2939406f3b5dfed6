import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { LiveFunction } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import type { LogLevel } from "../core/invocation.ts";
import { ContainerInstance, type InstanceState } from "./container-instance.ts";
import type { ContainerLogger } from "./container-logger.ts";
import type { LoadProblem } from "./control-reader.ts";
import { LogAllowance } from "./log-allowance.ts";
import { RunnerSockets } from "./runner-sockets.ts";

/** For the engine to make and start a container, beside the function's own start-up limit. */
const engineMs = 20_000;

export interface MemberListener {
  onState(member: FleetMember, before: InstanceState): void;
  /** It may have room for one more request. */
  onRoom(member: FleetMember): void;
  /** An answer has begun, so long after its request was sent there when others were in flight. */
  onAnswered(member: FleetMember, others: number, tookMs: number): void;
  /** It is not going to be ready. */
  onFailed(member: FleetMember, error: IsletError): void;
  /** Its runner is gone, and what it had will be known soon. */
  onLost(member: FleetMember): void;
  /** Its runner does not come back from a request that was given up. */
  onStuck(member: FleetMember): void;
}

export interface MemberParts {
  readonly fn: LiveFunction;
  /** Requests that it takes at a time. */
  readonly concurrency: number;
  /** Containers that its front has already. */
  readonly others: number;
  /** Where directories for sockets are made. */
  readonly directory: string;
  readonly logger: ContainerLogger;
  readonly listener: MemberListener;
  /** Something in its container wants to go out. */
  readonly onEgress: (socket: Socket, instance: ContainerInstance) => void;
}

/** One container of a front: the sockets to which its runner connects, and the instance that requests are sent to. */
export class FleetMember {
  readonly instance: ContainerInstance;
  readonly directory: string;
  readonly askedAtMs = performance.now();
  /** Its start has to wait until others have gone. */
  parked = false;
  /** How many other containers its front had when it was asked for. */
  readonly others: number;
  /** Somebody else needs its room as soon as it has served those who wait for it. */
  yieldsOnceReady = false;
  readonly #parts: MemberParts;
  readonly #allowance = new LogAllowance();
  #sockets: RunnerSockets | undefined;
  #startTimer: NodeJS.Timeout | undefined;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.others = parts.others;
    const { fn, listener } = parts;
    // Nobody else can list the directory that it is in: who does not know the name does not get there.
    const id = randomBytes(12).toString("hex");
    this.directory = join(parts.directory, id);
    this.instance = new ContainerInstance({
      ...{ id, fn },
      onState: (before) => listener.onState(this, before),
      onRoom: () => listener.onRoom(this),
      onAnswered: (others, tookMs) => listener.onAnswered(this, others, tookMs),
      onStuck: () => listener.onStuck(this),
    });
  }

  /** Listens for its runner. False: it has failed. */
  async open(): Promise<boolean> {
    const { instance } = this;
    const { concurrency, fn, listener } = this.#parts;
    try {
      await mkdir(this.directory, { mode: 0o711 });
      this.#sockets = await RunnerSockets.open(join(this.directory, "run"), concurrency, {
        onConnection: (socket) => instance.connected(socket),
        onEgress: (socket) => this.#parts.onEgress(socket, this.instance),
        onReady: () => this.#ready(),
        onLoadFailure: (problem, message, detail) => this.#notLoaded(problem, message, detail),
        onLog: (requestId, level, text) => this.#log(requestId, level, text),
        onBackground: (running) => {
          instance.background = running;
          instance.idleSinceMs = performance.now();
        },
        onLines: (count) => instance.heard(count),
        onEnd: () => {
          if (instance.state !== "starting") listener.onLost(this);
        },
      });
    } catch (cause) {
      listener.onFailed(this, new IsletError("container_failed", "the server has no room for sockets", { cause }));
      return false;
    }
    if (instance.state === "over") {
      this.#sockets.close();
      return false;
    }
    this.#startTimer = setTimeout(
      () => listener.onFailed(this, new IsletError("function_startup_limit", "the container was not ready in time")),
      fn.limits.startupMs + engineMs,
    );
    return true;
  }

  /** Its start takes as long as others take to go. */
  park(): void {
    this.parked = true;
    clearTimeout(this.#startTimer);
  }

  /** Nothing is expected of it any more. */
  close(): void {
    clearTimeout(this.#startTimer);
    this.instance.lost();
    this.#sockets?.close();
  }

  #ready(): void {
    if (this.instance.state !== "starting") return;
    clearTimeout(this.#startTimer);
    this.instance.become("ready");
  }

  #log(requestId: string | null, level: LogLevel, text: string): void {
    if (this.instance.logged(requestId, level, text)) return;
    const allowed = this.#allowance.take(text);
    if (allowed === "logged") this.#tell(level, text);
    else if (allowed === "over") this.#tell("warn", "further lines are left out: too many belong to no request");
  }

  #notLoaded(problem: LoadProblem, message: string, detail: string): void {
    this.#tell("error", detail === "" ? message : detail);
    const code: ErrorCode = problem === "no_handler" ? "function_no_handler" : "function_load_failed";
    this.#parts.listener.onFailed(this, new IsletError(code, "the function failed to load"));
  }

  #tell(level: LogLevel, text: string): void {
    const { name, versionId } = this.#parts.fn;
    const fields = { function: name, version: versionId, container: this.instance.id, source: "function" };
    this.#parts.logger[level](fields, text);
  }
}
