import type { GuestEntries, LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";
import type { LimitName } from "../core/limits.ts";
import type { InvocationFailure, Job } from "../isolate/job.ts";
import type { LiveInvocation } from "../isolate/live-invocation.ts";
import type { TenantIsolate } from "../isolate/tenant-isolate.ts";
import { codeOfFailure, limitOfFailure } from "./failure-codes.ts";
import {
  bodyKind,
  frameType,
  inlineBodyBytes,
  logLevels,
  redirectModes,
  unknownLength,
  WireError,
} from "./wire/frames.ts";
import type { Frame } from "./wire/reader.ts";
import { BodySink } from "./wire/sink.ts";
import { BodySource } from "./wire/source.ts";
import type { FrameWriter } from "./wire/writer.ts";

const utf8 = new TextEncoder();

/** What a running invocation needs from its connection. */
export interface RunningOwner {
  readonly writer: FrameWriter;
  /** Directs frames of a subrequest's id to the invocation. */
  addExchange(wireId: number, running: Running): void;
  removeExchange(wireId: number): void;
  /** Requests in this process that are not answered. */
  inFlight(): number;
  limitHit(limit: LimitName): void;
  ended(running: Running): void;
}

/** An invocation in a pool process: carries what the isolate says to the front and back. */
export class Running implements Job {
  readonly wireId: number;
  readonly #owner: RunningOwner;
  readonly #cold: boolean;
  readonly #turnAtMs = performance.now();
  #isolate: TenantIsolate | undefined;
  #live: LiveInvocation | undefined;
  #exchanges: Set<number> | undefined;
  #sources: Map<number, BodySource> | undefined;
  #sinks: Map<number, BodySink> | undefined;
  /** What is to be done for subrequests whose turn has not come. */
  #queued: Map<number, (() => void)[]> | undefined;
  #answered = false;
  #over = false;
  #isolateIsDone = false;
  /** The subrequest whose answer is passed on while its own body is still on the way. */
  #passedUpload: number | undefined;
  #openSinks = 0;
  #cpuMs = 0;
  #startMs = 0;

  constructor(wireId: number, owner: RunningOwner, cold: boolean) {
    this.wireId = wireId;
    this.#owner = owner;
    this.#cold = cold;
  }

  /** Its front knows that it has begun. */
  get answered(): boolean {
    return this.#answered;
  }

  get over(): boolean {
    return this.#over;
  }

  run(
    isolate: TenantIsolate,
    method: string,
    url: string,
    headers: string,
    body: string | Uint8Array | true | null,
  ): void {
    if (this.#over) return;
    this.#isolate = isolate;
    isolate.invoke(this, method, url, headers, body);
  }

  cancel(reason: string): void {
    if (this.#live && this.#isolate) this.#isolate.cancel(this.#live, reason);
    // Uploads of subrequests go on until the isolate is done: waitUntil() may need them.
    for (const [stream, sink] of this.#sinks ?? []) {
      if (stream === this.#live?.id || stream === this.#passedUpload) sink.stop();
    }
    // Without that it was still waiting for its bundle.
    if (!this.#live) this.#isolateDone();
  }

  /** A frame under the id of this invocation or of one of its subrequests. */
  receive(frame: Frame): void {
    const stream = this.#streamOf(frame.id);
    switch (frame.type) {
      case frameType.cancel:
        this.cancel(frame.utf8Rest());
        return;
      case frameType.chunk:
        this.#sources?.get(stream)?.chunk(frame.rest());
        return;
      case frameType.end:
        this.#sources?.get(stream)?.last({ kind: "end" });
        return;
      case frameType.reset:
        this.#sources?.get(stream)?.last({ kind: "error", message: frame.utf8Rest() });
        return;
      case frameType.window:
        this.#sinks?.get(stream)?.grant(frame.u32());
        return;
      case frameType.stop:
        this.#sinks?.get(stream)?.stop();
        this.#deliver("stopped", stream);
        return;
      case frameType.fetched:
        this.#live?.limits.turnOver(stream);
        this.#fetched(stream, frame);
        return;
      case frameType.fetchFailed:
        this.#live?.limits.turnOver(stream);
        this.#deliver("fetchFailed", stream, frame.utf8Rest());
        return;
      default:
        throw new WireError(`a front cannot send frames of type ${frame.type} for an invocation`);
    }
  }

  // Job: the isolate calls these.

  started(live: LiveInvocation): void {
    if (this.#cold) this.#startMs = performance.now() - this.#turnAtMs;
    this.#live = live;
  }

  respond(status: number, statusText: string, headers: string, body: OutgoingBody, open: boolean, cpuMs: number): void {
    this.#answered = true;
    const long = isLong(body);
    const uploading = typeof body === "number" && this.#sinks?.get(body)?.closed === false;
    if (uploading) this.#passedUpload = body;
    const more = open || long || uploading;
    const writer = this.#owner.writer
      .begin(frameType.respond, this.wireId)
      .u16(status)
      .u8((more ? 1 : 0) | (this.#cold ? 2 : 0))
      .u32(Math.round(cpuMs * 1000))
      .u32(Math.round((performance.now() - this.#turnAtMs) * 1000));
    if (this.#cold) writer.u32(Math.round(this.#startMs * 1000));
    writer.u32(this.#owner.inFlight()).latin1(statusText).latin1(headers);
    this.#cpuMs = cpuMs;
    if (long || body === true) {
      const bytes = long ? encoded(body) : undefined;
      writer
        .u8(bodyKind.stream)
        .u32(bytes?.byteLength ?? unknownLength)
        .finish();
      this.#addSink(this.#live?.id ?? 0, this.wireId, bytes);
    } else {
      this.#body(writer, body);
    }
    if (!open) {
      if (more) this.#isolateDone();
      else this.#end();
    }
  }

  failed(failure: InvocationFailure, cpuMs: number): void {
    const limit = limitOfFailure[failure.kind];
    if (limit) this.#owner.limitHit(limit);
    if (this.#isAnswerWhole()) {
      // What went wrong after an answer must not break off what of it is still to be sent.
      this.log("warn", failure.message);
      this.done(cpuMs);
      return;
    }
    this.#owner.writer
      .begin(frameType.fail, this.wireId)
      .u32(Math.round(cpuMs * 1000))
      .u8(this.#cold ? 1 : 0)
      .latin1(codeOfFailure[failure.kind])
      .utf8(failure.message)
      .utf8(failure.stack)
      .finish();
    this.#end();
  }

  done(cpuMs: number): void {
    this.#cpuMs = cpuMs;
    this.#isolateDone();
  }

  log(level: LogLevel, text: string): void {
    this.#owner.writer.begin(frameType.log, this.wireId).u8(logLevels.indexOf(level)).utf8Rest(text).finish();
  }

  limitHit(limit: LimitName, message: string): void {
    this.#owner.limitHit(limit);
    this.log("warn", message);
  }

  pull(stream: number): void {
    this.#source(stream).pull();
  }

  cancelBody(stream: number): void {
    this.#source(stream).stop();
  }

  write(stream: number, chunk: Uint8Array | string): boolean {
    if (this.#whenSent(stream, () => this.write(stream, chunk))) return false;
    return this.#sinks?.get(stream)?.write(encoded(chunk)) ?? true;
  }

  close(stream: number): void {
    if (this.#whenSent(stream, () => this.close(stream))) return;
    this.#sinks?.get(stream)?.end();
  }

  abort(stream: number, message: string): void {
    if (this.#whenSent(stream, () => this.abort(stream, message))) return;
    this.#sinks?.get(stream)?.reset(message);
  }

  fetch(
    exchange: number,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: OutgoingBody,
  ): void {
    const limits = this.#live?.limits;
    this.#exchanges ??= new Set();
    this.#exchanges.add(exchange);
    this.#owner.addExchange(exchangeWireId(exchange), this);
    this.#queued ??= new Map();
    this.#queued.set(exchange, []);
    limits?.takeTurn(exchange, () => {
      const held = this.#queued?.get(exchange) ?? [];
      this.#queued?.delete(exchange);
      this.#send(exchange, method, url, headers, redirect, body);
      for (const run of held) run();
    });
  }

  #send(
    exchange: number,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: OutgoingBody,
  ): void {
    const wireId = exchangeWireId(exchange);
    const writer = this.#owner.writer
      .begin(frameType.fetch, wireId)
      .u32(this.wireId)
      .u8(redirectModes.indexOf(redirect))
      .latin1(method)
      .utf8(url)
      .latin1(headers);
    const long = isLong(body);
    this.#body(writer, long ? true : body);
    if (long || body === true) this.#addSink(exchange, wireId, long ? encoded(body) : undefined);
  }

  abortFetch(exchange: number): void {
    const unsent = this.#queued?.delete(exchange) ?? false;
    this.#live?.limits.turnOver(exchange);
    if (unsent) return;
    this.#owner.writer.begin(frameType.cancel, exchangeWireId(exchange)).finish();
  }

  // Inside.

  /** Keeps what belongs to a subrequest that has not been sent until it is. */
  #whenSent(exchange: number, run: () => void): boolean {
    const held = this.#queued?.get(exchange);
    held?.push(run);
    return held !== undefined;
  }

  #fetched(exchange: number, frame: Frame): void {
    const status = frame.u16();
    const flags = frame.u8();
    const statusText = frame.latin1();
    const headers = frame.latin1();
    const url = frame.utf8();
    this.#deliver("fetched", exchange, status, statusText, headers, url, (flags & 1) !== 0, (flags & 2) !== 0);
  }

  #body(writer: FrameWriter, body: OutgoingBody): void {
    if (body === null) writer.u8(bodyKind.none).finish();
    else if (body === true) writer.u8(bodyKind.stream).finish();
    else if (typeof body === "number") writer.u8(bodyKind.pass).u32(this.#wireIdOf(body)).finish();
    else if (typeof body === "string") writer.u8(bodyKind.inline).utf8Rest(body).finish();
    else writer.u8(bodyKind.inline).rest(body).finish();
  }

  #wireIdOf(stream: number): number {
    return this.#exchanges?.has(stream) ? exchangeWireId(stream) : this.wireId;
  }

  #streamOf(wireId: number): number {
    return wireId === this.wireId ? (this.#live?.id ?? 0) : (wireId - 1) / 2;
  }

  #source(stream: number): BodySource {
    this.#sources ??= new Map();
    let source = this.#sources.get(stream);
    if (!source) {
      source = new BodySource(this.#owner.writer, this.#wireIdOf(stream), (piece) => {
        if (piece.kind === "chunk") this.#deliver("chunk", stream, piece.bytes);
        else if (piece.kind === "end") this.#deliver("end", stream);
        else this.#deliver("streamError", stream, piece.message);
      });
      this.#sources.set(stream, source);
    }
    return source;
  }

  /** For a body of which all is in `whole`, or which is written piece by piece. */
  #addSink(stream: number, wireId: number, whole: Uint8Array | undefined): void {
    this.#sinks ??= new Map();
    this.#openSinks++;
    const sink = new BodySink(
      this.#owner.writer,
      wireId,
      () => this.#deliver("drained", stream),
      () => {
        this.#openSinks--;
        this.#endIfOver();
      },
    );
    this.#sinks.set(stream, sink);
    if (!whole) return;
    sink.write(whole);
    sink.end();
  }

  #deliver<Name extends "chunk" | "end" | "streamError" | "drained" | "stopped" | "fetched" | "fetchFailed">(
    name: Name,
    ...args: Parameters<GuestEntries[Name]>
  ): void {
    if (this.#live && !this.#live.over) this.#isolate?.deliver(this.#live, name, ...args);
  }

  /** Whether there is an answer to which nothing is to be added. */
  #isAnswerWhole(): boolean {
    const body = this.#sinks?.get(this.#passedUpload ?? this.#live?.id ?? 0);
    return this.#answered && (body === undefined || body.ending || body.closed);
  }

  /** Nothing more is written to the bodies: what is complete is sent, if anybody still waits for it. */
  #isolateDone(): void {
    this.#isolateIsDone = true;
    for (const [stream, sink] of this.#sinks ?? []) {
      if (stream !== this.#live?.id && stream !== this.#passedUpload) sink.stop();
      else if (!sink.ending) sink.reset("the function ended before the body did");
    }
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#over || !this.#isolateIsDone || this.#openSinks > 0) return;
    this.#owner.writer
      .begin(frameType.done, this.wireId)
      .u32(Math.round(this.#cpuMs * 1000))
      .finish();
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#sources) for (const source of this.#sources.values()) source.stop();
    if (this.#exchanges) for (const exchange of this.#exchanges) this.#owner.removeExchange(exchangeWireId(exchange));
    this.#owner.ended(this);
  }
}

/** Too long to be sent within the frame that announces it. */
function isLong(body: OutgoingBody): body is string | Uint8Array {
  return (typeof body === "string" || body instanceof Uint8Array) && body.length > inlineBodyBytes;
}

function encoded(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? utf8.encode(body) : body;
}

/** Subrequests have odd ids, invocations even ones. */
function exchangeWireId(exchange: number): number {
  return exchange * 2 + 1;
}
