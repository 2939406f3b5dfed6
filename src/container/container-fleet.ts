import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { LiveFunction, PoolGroup } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { LogLevel } from "../core/invocation.ts";
import type { ContainerSettings, InstanceEnd, InstanceRequest } from "../core/messages.ts";
import { ContainerInstance } from "./container-instance.ts";
import type { ContainerLogger } from "./container-logger.ts";
import type { LoadProblem } from "./control-reader.ts";
import { InstanceBackOff } from "./instance-back-off.ts";
import { lossOf } from "./instance-loss.ts";
import { RunnerSockets } from "./runner-sockets.ts";

/** For the engine to make and start a container, beside the function's own start-up limit. */
const engineMs = 20_000;
const longestSweepMs = 1_000;
/** Containers that start at the same time: of more, each would be ready later, and the first of them too. */
const mostStarting = Math.max(2, availableParallelism());

interface Placed {
  readonly group: PoolGroup;
  readonly place: number;
  readonly executor: Executor;
}

export interface FleetParts {
  readonly settings: ContainerSettings;
  /** All instances that take requests, whenever that changes. */
  readonly onChange: (instances: readonly Placed[]) => void;
  readonly onRoom: () => void;
  /** Requests of the group are not to wait any more. */
  readonly onRefused: (group: PoolGroup, error: IsletError) => void;
  readonly waitingFor: (group: PoolGroup) => number;
  readonly ask: (request: InstanceRequest) => void;
  readonly logger: ContainerLogger;
}

interface Member {
  readonly instance: ContainerInstance;
  readonly place: number;
  sockets: RunnerSockets | undefined;
  startTimer: NodeJS.Timeout | undefined;
}

/**
 * The containers of one front: asks the supervisor for more when requests wait, has idle ones paused and later
 * removed. Requests go from here to the container itself.
 */
export class ContainerFleet {
  readonly #parts: FleetParts;
  readonly #members = new Map<string, Member>();
  readonly #backOff = new InstanceBackOff();
  /** Versions of which one more is wanted when fewer are starting. */
  readonly #postponed = new Map<PoolGroup, LiveFunction>();
  #places = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    const { pauseMs } = parts.settings;
    setInterval(() => this.#sweep(), Math.max(10, Math.min(longestSweepMs, pauseMs / 4))).unref();
  }

  get size(): number {
    return this.#members.size;
  }

  /** A request of this version has found no room. */
  wanted(group: PoolGroup, fn: LiveFunction): void {
    const { settings, waitingFor, onRefused } = this.#parts;
    const members = this.#of(group);
    const refusal = members.some(({ instance }) => instance.state === "ready")
      ? undefined
      : this.#backOff.refusal(group);
    if (refusal) {
      // It is in line only after this.
      queueMicrotask(() => onRefused(group, refusal));
      return;
    }
    const coming = members.filter(({ instance: { state } }) => state === "starting" || state === "thawing").length;
    if (waitingFor(group) + 1 <= coming * settings.concurrency) return;
    const paused = members.find(({ instance }) => instance.state === "paused");
    if (paused) this.#thaw(paused.instance);
    else if (members.length < settings.instances) this.#startOrPostpone(group, fn);
  }

  #startOrPostpone(group: PoolGroup, fn: LiveFunction): void {
    const starting = [...this.#members.values()].filter(({ instance }) => instance.state === "starting").length;
    if (starting < mostStarting) void this.#start(fn);
    else this.#postponed.set(group, fn);
  }

  /** One less is starting. */
  #advance(): void {
    for (const [group, fn] of [...this.#postponed]) {
      this.#postponed.delete(group);
      if (this.#parts.waitingFor(group) > 0) this.wanted(group, fn);
    }
  }

  thawed(id: string): void {
    const instance = this.#members.get(id)?.instance;
    if (instance?.state !== "thawing") return;
    instance.state = "ready";
    instance.idleSinceMs = performance.now();
    this.#changed();
  }

  /** The supervisor says that it is gone, or never came. */
  over(id: string, end: InstanceEnd): void {
    const member = this.#members.get(id);
    if (!member) return;
    const { instance } = member;
    const started = instance.state !== "starting";
    instance.judged(end);
    if (started) this.#drop(member);
    else this.#failedToStart(member, lossOf(end));
  }

  /** Another version, or none, is live from now on: the instances of the others go when they are idle. */
  published(name: string, versionId: string | null): void {
    for (const { instance } of [...this.#members.values()]) {
      if (instance.fn.name === name && instance.fn.versionId !== versionId && !instance.busy) this.#end(instance.id);
    }
  }

  #of(group: PoolGroup): Member[] {
    return [...this.#members.values()].filter(({ instance }) => instance.group === group && instance.state !== "over");
  }

  async #start(fn: LiveFunction): Promise<void> {
    const { settings, ask, onRoom } = this.#parts;
    // Nobody else can list the directory that it is in: who does not know the name does not get there.
    const id = randomBytes(12).toString("hex");
    const directory = join(settings.directory, id);
    const instance = new ContainerInstance({ id, fn, onRoom, onStuck: () => this.#stuck(id) });
    const member: Member = { instance, place: this.#places++, sockets: undefined, startTimer: undefined };
    this.#members.set(id, member);
    try {
      await mkdir(directory, { mode: 0o711 });
      member.sockets = await RunnerSockets.open(join(directory, "run"), settings.concurrency, {
        onConnection: (socket) => instance.connected(socket),
        onReady: () => this.#ready(member),
        onLoadFailure: (problem, message, detail) => this.#notLoaded(member, problem, message, detail),
        onLog: (requestId, level, text) => this.#log(instance, requestId, level, text),
        onBackground: (running) => {
          instance.background = running;
          instance.idleSinceMs = performance.now();
        },
        onLines: (count) => instance.heard(count),
        onEnd: () => this.#lost(member),
      });
    } catch (error) {
      this.#failedToStart(
        member,
        new IsletError("container_failed", "the server has no room for sockets", { cause: error }),
      );
      return;
    }
    member.startTimer = setTimeout(() => this.#tooLate(member), fn.limits.startupMs + engineMs);
    ask({ type: "instanceWanted", id, directory, fn });
  }

  #ready(member: Member): void {
    const { instance } = member;
    if (instance.state !== "starting") return;
    clearTimeout(member.startTimer);
    this.#backOff.cleared(instance.group);
    instance.state = "ready";
    instance.idleSinceMs = performance.now();
    this.#changed();
    this.#advance();
  }

  #thaw(instance: ContainerInstance): void {
    instance.state = "thawing";
    this.#parts.ask({ type: "instanceThaw", id: instance.id });
  }

  #log(instance: ContainerInstance, requestId: string | null, level: LogLevel, text: string): void {
    if (instance.logged(requestId, level, text)) return;
    const { name, versionId } = instance.fn;
    this.#parts.logger[level]({ function: name, version: versionId, container: instance.id, source: "function" }, text);
  }

  #notLoaded(member: Member, problem: LoadProblem, message: string, detail: string): void {
    const { name, versionId } = member.instance.fn;
    const fields = { function: name, version: versionId, container: member.instance.id, source: "function" };
    this.#parts.logger.error(fields, detail === "" ? message : detail);
    const code: ErrorCode = problem === "no_handler" ? "function_no_handler" : "function_load_failed";
    this.#failedToStart(member, new IsletError(code, "the function failed to load"));
    this.#end(member.instance.id);
  }

  #tooLate(member: Member): void {
    this.#failedToStart(member, new IsletError("function_startup_limit", "the container was not ready in time"));
    this.#end(member.instance.id);
  }

  #failedToStart(member: Member, error: IsletError): void {
    const { group } = member.instance;
    clearTimeout(member.startTimer);
    this.#backOff.failed(group, error);
    this.#drop(member);
  }

  /** Its runner is gone, and what it had will be known soon. */
  #lost(member: Member): void {
    if (member.instance.state === "starting") return;
    member.instance.lost();
    this.#changed();
  }

  #stuck(id: string): void {
    this.#parts.logger.warn(
      { container: id },
      "a container does not come back from a request that was given up: removed",
    );
    this.#end(id);
  }

  /** Has it removed. It is a member until the supervisor says that it is over. */
  #end(id: string): void {
    const member = this.#members.get(id);
    member?.instance.lost();
    this.#changed();
    this.#parts.ask({ type: "instanceEnd", id });
  }

  #drop(member: Member): void {
    const { instance, sockets } = member;
    const { group, fn } = instance;
    instance.lost();
    sockets?.close();
    this.#members.delete(instance.id);
    this.#changed();
    // What waits for it needs another.
    if (this.#parts.waitingFor(group) > 0) this.wanted(group, fn);
    this.#advance();
  }

  #sweep(): void {
    const now = performance.now();
    const { pauseMs, idleMs } = this.#parts.settings;
    let paused = false;
    for (const { instance } of [...this.#members.values()]) {
      if (instance.busy) continue;
      const idleForMs = now - instance.idleSinceMs;
      if ((instance.state === "paused" || instance.state === "ready") && idleForMs >= idleMs) this.#end(instance.id);
      else if (instance.state === "ready" && idleForMs >= pauseMs) {
        instance.state = "paused";
        paused = true;
        this.#parts.ask({ type: "instancePause", id: instance.id });
      }
    }
    if (paused) this.#changed();
  }

  #changed(): void {
    const ready = [...this.#members.values()].filter(({ instance }) => instance.state === "ready");
    this.#parts.onChange(ready.map(({ instance, place }) => ({ group: instance.group, place, executor: instance })));
  }
}
