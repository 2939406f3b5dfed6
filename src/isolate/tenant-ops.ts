import type { FailureKind, LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";
import type { BridgeTarget } from "./bridge.ts";
import type { InvocationFailure } from "./job.ts";
import { type LiveInvocation, type LiveInvocations, nextId } from "./live-invocation.ts";

/** The isolate that the ops come from. */
interface OpsIsolate {
  cpuMsOf(live: LiveInvocation): number;
  fail(live: LiveInvocation, failure: InvocationFailure): void;
  finish(live: LiveInvocation): void;
  /** Bounds the work that goes on after an answer. */
  limitAfterwards(live: LiveInvocation): void;
  deliver(live: LiveInvocation, name: "timer", id: number): void;
  moduleLoaded(hasFetch: boolean): void;
  importModule(live: LiveInvocation, id: number, name: string): void;
  moduleBytes(name: string): Uint8Array | undefined;
  opFailed(name: string, error: unknown): void;
}

/**
 * What the guest asks for while it is entered. An op in the name of an invocation that is over is
 * dropped: code that runs on after its answer without waitUntil() has no effect outside.
 */
export class TenantOps implements BridgeTarget {
  readonly #isolate: OpsIsolate;
  readonly #live: LiveInvocations;

  constructor(isolate: OpsIsolate, live: LiveInvocations) {
    this.#isolate = isolate;
    this.#live = live;
  }

  respond(
    invocation: number,
    status: number,
    statusText: string,
    headers: string,
    body: OutgoingBody,
    open: boolean,
  ): void {
    const live = this.#live.get(invocation);
    if (!live || live.answered) return;
    live.answered = true;
    live.job.respond(status, statusText, headers, body, open, this.#isolate.cpuMsOf(live));
    if (open) this.#isolate.limitAfterwards(live);
    else this.#live.end(live);
  }

  fail(invocation: number, kind: FailureKind, message: string, stack: string): void {
    const live = this.#live.get(invocation);
    if (live) this.#isolate.fail(live, { kind, message, stack });
  }

  finish(invocation: number): void {
    const live = this.#live.get(invocation);
    if (live) this.#isolate.finish(live);
  }

  pull(stream: number): void {
    this.#live.ofStream(stream)?.job.pull(stream);
  }

  cancel(stream: number): void {
    this.#live.ofStream(stream)?.job.cancelBody(stream);
  }

  write(stream: number, chunk: Uint8Array | string): boolean {
    return this.#live.ofStream(stream)?.job.write(stream, chunk) ?? false;
  }

  close(stream: number): void {
    this.#live.ofStream(stream)?.job.close(stream);
  }

  abort(stream: number, message: string): void {
    this.#live.ofStream(stream)?.job.abort(stream, message);
  }

  fetch(
    invocation: number,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: OutgoingBody,
  ): number {
    const exchange = nextId();
    const live = this.#live.get(invocation);
    if (live) {
      this.#live.addExchange(live, exchange);
      live.job.fetch(exchange, method, url, headers, redirect, body);
    }
    return exchange;
  }

  abortFetch(exchange: number): void {
    this.#live.ofStream(exchange)?.job.abortFetch(exchange);
  }

  startTimer(invocation: number, ms: number, repeat: boolean): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    if (live) this.#live.addTimer(live, id, repeat ? this.#every(live, id, ms) : this.#once(live, id, ms));
    return id;
  }

  stopTimer(id: number): void {
    this.#live.removeTimer(id);
  }

  log(invocation: number, level: LogLevel, text: string): void {
    this.#live.get(invocation)?.job.log(level, text);
  }

  loaded(hasFetch: boolean): void {
    this.#isolate.moduleLoaded(hasFetch);
  }

  importModule(invocation: number, name: string): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    if (live) this.#isolate.importModule(live, id, name);
    return id;
  }

  moduleBytes(name: string): Uint8Array | undefined {
    return this.#isolate.moduleBytes(name);
  }

  opFailed(name: string, error: unknown): void {
    this.#isolate.opFailed(name, error);
  }

  #once(live: LiveInvocation, id: number, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#live.removeTimer(id);
      this.#isolate.deliver(live, "timer", id);
    }, ms);
  }

  #every(live: LiveInvocation, id: number, ms: number): NodeJS.Timeout {
    return setInterval(() => this.#isolate.deliver(live, "timer", id), ms);
  }
}
