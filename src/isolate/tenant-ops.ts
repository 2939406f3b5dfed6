import type { SubtleAnswer } from "../../runtime-api/crypto-ops.ts";
import type { CompressionFormat, FailureKind, LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";
import { areFields, isMethod, isReasonPhrase, longestHead } from "../core/head-syntax.ts";
import type { BridgeTarget } from "./bridge.ts";
import { isFormat, mostInputBytes } from "./codec.ts";
import { Codecs } from "./codecs.ts";
import { type CryptoIsolate, InvocationCrypto } from "./crypto/invocation-crypto.ts";
import type { InvocationFailure } from "./job.ts";
import type { EntryStart } from "./lane.ts";
import { type LiveInvocation, type LiveInvocations, nextId } from "./live-invocation.ts";
import {
  GuestFault,
  requireBody,
  requireBoolean,
  requireBytes,
  requireChunk,
  requireLevel,
  requireLevelOfCompression,
  requireRedirect,
  requireStatus,
  requireText,
} from "./op-arguments.ts";
import { limitWasm } from "./wasm-limits.ts";
import type { WasmMemories } from "./wasm-memories.ts";

/** Characters of a console line, an error or a stack that are kept. */
const longestText = 16 * 1024;

const ofAnother = "belongs to another request, and ended with it";

/** The isolate that the ops come from. */
interface OpsIsolate extends CryptoIsolate {
  entryStart(): EntryStart;
  probed(): void;
  fail(live: LiveInvocation, failure: InvocationFailure): void;
  finish(live: LiveInvocation): void;
  /** Bounds the work that goes on after an answer. */
  limitAfterwards(live: LiveInvocation): void;
  /** After the present entry, and those that came up before. */
  later(run: () => void): void;
  deliver(live: LiveInvocation, name: "timer", id: number): void;
  deliver(
    live: LiveInvocation,
    name: "fetchFailed" | "streamError" | "codecFailed",
    stream: number,
    message: string,
  ): void;
  deliver(live: LiveInvocation, name: "coded", codec: number, bytes: Uint8Array, more: boolean): void;
  moduleLoaded(hasFetch: boolean): void;
  importModule(live: LiveInvocation, id: number, name: string): void;
  moduleBytes(name: string): Uint8Array | undefined;
  opFailed(name: string, error: unknown): void;
}

/**
 * What the guest asks for while it is entered. An op in the name of an invocation that is over is
 * dropped: code that runs on after its answer without waitUntil() has no effect outside. What a
 * guest says travels in frames that it shares with other tenants, and so has a bounded size.
 */
export class TenantOps implements BridgeTarget {
  readonly #isolate: OpsIsolate;
  readonly #live: LiveInvocations;
  readonly #wasm: WasmMemories;
  readonly #codecs = new Codecs();
  readonly #crypto: InvocationCrypto;

  constructor(isolate: OpsIsolate, live: LiveInvocations, wasm: WasmMemories) {
    this.#isolate = isolate;
    this.#crypto = new InvocationCrypto(isolate);
    this.#live = live;
    this.#wasm = wasm;
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
    if (!live || live.answered || live.usedUp) return;
    requireStatus(status);
    requireText(statusText);
    requireText(headers);
    requireBody(body);
    const tooLong = live.limits.refuseHeaders(statusText.length + headers.length);
    if (tooLong !== undefined) {
      this.#isolate.fail(live, { kind: "header_limit", message: tooLong, stack: "" });
      return;
    }
    if (!isReasonPhrase(statusText) || !areFields(headers)) {
      this.#isolate.fail(live, { kind: "threw", message: "the answer's headers cannot be sent", stack: "" });
      return;
    }
    if (typeof body === "number" && !live.owns(body)) {
      this.#isolate.fail(live, { kind: "threw", message: `the answer's body ${ofAnother}`, stack: "" });
      return;
    }
    live.answered = true;
    live.job.respond(status, statusText, headers, body, open, this.#isolate.cpuMsOf(live));
    if (open) this.#isolate.limitAfterwards(live);
    else this.#live.end(live);
  }

  fail(invocation: number, kind: FailureKind, message: string, stack: string): void {
    const live = this.#live.get(invocation);
    if (live) this.#isolate.fail(live, { kind, message: bounded(message), stack: bounded(stack) });
  }

  finish(invocation: number): void {
    const live = this.#live.get(invocation);
    if (live) this.#isolate.finish(live);
  }

  entryThrew(message: string, stack: string): void {
    const live = this.#live.entered;
    if (!live) return;
    const failure = { kind: "threw", message: bounded(message), stack: bounded(stack) } as const;
    if (live.id === 0) live.log("error", failure.stack === "" ? failure.message : failure.stack);
    else this.#isolate.fail(live, failure);
  }

  goesOn(invocation: number): void {
    const live = this.#live.get(invocation);
    if (live) live.goesOn = true;
  }

  pull(stream: number): void {
    const live = this.#live.ofStream(stream);
    if (live) live.job.pull(stream);
    else if (this.#live.entered) {
      this.#isolate.deliver(this.#live.entered, "streamError", stream, `the body ${ofAnother}`);
    }
  }

  cancel(stream: number): void {
    this.#live.ofStream(stream)?.job.cancelBody(stream);
  }

  write(stream: number, chunk: Uint8Array | string): boolean {
    requireChunk(chunk);
    return this.#live.ofStream(stream)?.job.write(stream, chunk) ?? false;
  }

  close(stream: number): void {
    this.#live.ofStream(stream)?.job.close(stream);
  }

  abort(stream: number, message: string): void {
    this.#live.ofStream(stream)?.job.abort(stream, bounded(message));
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
    if (!live) return exchange;
    requireText(method);
    requireText(url);
    requireText(headers);
    requireRedirect(redirect);
    requireBody(body);
    const refused = live.limits.refuseSubrequest();
    if (refused !== undefined) {
      this.#isolate.deliver(live, "fetchFailed", exchange, refused);
      return exchange;
    }
    if (method.length + url.length + headers.length > longestHead) {
      this.#isolate.deliver(live, "fetchFailed", exchange, "the request's URL and headers are too long");
      return exchange;
    }
    if (!isMethod(method) || !areFields(headers)) {
      this.#isolate.deliver(live, "fetchFailed", exchange, "the request's method or headers cannot be sent");
      return exchange;
    }
    if (typeof body === "number" && !live.owns(body)) {
      this.#isolate.deliver(live, "fetchFailed", exchange, `the body ${ofAnother}`);
      return exchange;
    }
    this.#live.addExchange(live, exchange);
    live.job.fetch(exchange, method, url, headers, redirect, body);
    return exchange;
  }

  abortFetch(exchange: number): void {
    this.#live.ofStream(exchange)?.job.abortFetch(exchange);
  }

  startTimer(invocation: number, ms: number, repeat: boolean): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    if (!live) return id;
    if (live.limits.refuseTimer(live.timers.size)) return 0;
    this.#live.addTimer(live, id, repeat ? this.#every(live, id, ms) : this.#once(live, id, ms));
    return id;
  }

  stopTimer(id: number): void {
    this.#live.removeTimer(id);
  }

  startTask(invocation: number): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    if (!live) return id;
    if (live.limits.refuseTimer(live.timers.size)) return 0;
    const task = setImmediate(() => {
      this.#live.removeTimer(id);
      this.#isolate.deliver(live, "timer", id);
    });
    this.#live.addTimer(live, id, task);
    return id;
  }

  openCodec(invocation: number, format: CompressionFormat, compress: boolean, level: number): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    if (!live) return id;
    if (!isFormat(format)) throw new GuestFault("the guest gave no format of compression");
    requireBoolean(compress);
    requireLevelOfCompression(level);
    const opened = this.#codecs.open(id, format, compress, level, {
      coded: (bytes, more) => {
        live.cpuMs += this.#codecs.get(id)?.costMs(0, bytes.length) ?? 0;
        if (!more && this.#codecs.get(id)?.isOver) this.#live.closeCodec(id);
        this.#isolate.deliver(live, "coded", id, bytes, more);
      },
      failed: (message) => {
        this.#live.closeCodec(id);
        this.#isolate.deliver(live, "codecFailed", id, message);
      },
    });
    if (!opened) return 0;
    this.#live.addCodec(live, id, () => this.#codecs.close(id));
    return id;
  }

  code(id: number, input: Uint8Array | null | undefined): void {
    const codec = this.#codecs.get(id);
    const live = this.#live.ofStream(id);
    if (!codec || !live) {
      const { entered } = this.#live;
      if (entered) this.#isolate.deliver(entered, "codecFailed", id, `the compression stream ${ofAnother}`);
      return;
    }
    if (input !== null && input !== undefined) {
      requireBytes(input);
      if (input.length > mostInputBytes) throw new GuestFault("the guest gave too many bytes at once");
      live.cpuMs += codec.costMs(input.length, 0);
    }
    if (!codec.step(input)) throw new GuestFault("the guest asked a compression stream for two things at once");
  }

  closeCodec(id: number): void {
    this.#live.closeCodec(id);
  }

  log(invocation: number, level: LogLevel, text: string): void {
    const live = this.#live.get(invocation);
    if (!live) return;
    requireLevel(level);
    live.log(level, bounded(text));
  }

  limitHit(invocation: number): void {
    this.#live.get(invocation)?.limits.hit("waitUntil");
  }

  loaded(hasFetch: boolean): void {
    this.#isolate.moduleLoaded(hasFetch);
  }

  importModule(invocation: number, name: string): number {
    const id = nextId();
    const live = this.#live.get(invocation);
    requireText(name);
    if (live) this.#isolate.importModule(live, id, name);
    return id;
  }

  moduleBytes(name: string): Uint8Array | undefined {
    return this.#isolate.moduleBytes(name);
  }

  subtle(invocation: number, call: string, keys: string, bytes: Uint8Array): SubtleAnswer | number {
    const live = this.#live.get(invocation);
    return live ? this.#crypto.call(live, call, keys, bytes) : nextId();
  }

  startHash(invocation: number, algorithm: string): number {
    const live = this.#live.get(invocation);
    const id = nextId();
    return live && this.#crypto.hashes.start(live, id, algorithm) ? id : 0;
  }

  updateHash(invocation: number, hash: number, bytes: Uint8Array): void {
    const live = this.#live.get(invocation);
    if (live) this.#crypto.hashes.update(live, hash, bytes);
  }

  finishHash(invocation: number, hash: number): Uint8Array | undefined {
    const live = this.#live.get(invocation);
    return live && this.#crypto.hashes.finish(live, hash);
  }

  now(): number {
    return this.#isolate.entryStart().monotonicMs;
  }

  date(): number {
    return this.#isolate.entryStart().epochMs;
  }

  probed(): void {
    const live = this.#live.entered;
    if (!live || live.probed) return;
    live.probed = true;
    this.#isolate.probed();
  }

  wasmPages(): number {
    return this.#wasm.maxPages;
  }

  limitWasm(bytes: Uint8Array): Uint8Array | string | boolean {
    requireBytes(bytes);
    return limitWasm(bytes, this.#wasm.maxPages);
  }

  holdWasm(memories: number, bytes: number): boolean {
    return this.#wasm.hold(memories, bytes);
  }

  opFailed(name: string, error: unknown): void {
    this.#isolate.opFailed(name, error);
  }

  tampered(fault: GuestFault): void {
    const live = this.#live.entered;
    // Without a request it happens while modules are evaluated, which goes on without the op.
    if (!live || live.id === 0) return;
    this.#isolate.fail(live, { kind: "threw", message: `built-ins were replaced: ${fault.message}`, stack: "" });
  }

  #once(live: LiveInvocation, id: number, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#live.removeTimer(id);
      this.#isolate.deliver(live, "timer", id);
    }, ms);
  }

  /** Not by setInterval: while code computes on a thread, turns would come up without end, and wait in memory. */
  #every(live: LiveInvocation, id: number, ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#isolate.deliver(live, "timer", id);
      // After that turn, which may have stopped it.
      this.#isolate.later(() => {
        if (!live.over && live.timers.has(id)) timer.refresh();
      });
    }, ms);
    return timer;
  }
}

function bounded(text: string): string {
  requireText(text);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
