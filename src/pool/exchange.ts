import { Readable } from "node:stream";
import type { Egress } from "../core/egress.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import { NotTaken } from "../core/executor.ts";
import type { Invocation, Reply, Usage } from "../core/invocation.ts";
import { readFailure, readFetchHead, readLogLine, readRefusal, readReset, readResponseHead } from "./heads.ts";
import { type PassedBody, Subrequest } from "./subrequest.ts";
import { BodyReceiver } from "./wire/body-receiver.ts";
import { BodySender } from "./wire/body-sender.ts";
import { bodyKind, frameType, inlineBodyBytes, unknownLength, WireError } from "./wire/frames.ts";
import type { Frame } from "./wire/reader.ts";
import type { FrameWriter } from "./wire/writer.ts";

/** Up to here a body is best kept as a string: it joins the head of the answer in one write. */
const joinedBytes = 16 * 1024;
/** Bytes that a request's log lines may have beside those that its limit counts: of a stack, and of the last words. */
const moreLogBytes = 1024 * 1024;
/** Requests of functions that are not over count until their invocation is. */
const mostSubrequests = 10_000;
const usedBefore = "the body has been used before";

/** What an exchange needs from its connection. */
export interface ExchangeOwner {
  readonly writer: FrameWriter;
  readonly egress: Egress;
  addSubrequest(subrequest: Subrequest): void;
  removeSubrequest(subrequest: Subrequest): void;
  subrequest(id: number): Subrequest | undefined;
  /** How many requests the process has in flight, over all fronts, as it says with each answer. */
  reportLoad(inFlight: number): void;
  /** The process has begun with it, or, if it is `answered` in whatever way, is not going to. */
  begun(answered: boolean): void;
  /** The answer has come, or there is none: it no longer counts as load. */
  answered(exchange: Exchange): void;
  /** Nothing more follows. */
  ended(exchange: Exchange): void;
}

/** The front's end of one invocation in a pool process. */
export class Exchange {
  readonly id: number;
  readonly invocation: Invocation;
  readonly usage: Usage = { cold: false, cpuMs: 0, thereMs: 0, startMs: 0 };
  readonly #owner: ExchangeOwner;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: IsletError | NotTaken) => void;
  readonly #mayRefuse: boolean;
  #begun = false;
  #settled = false;
  #answered = false;
  #cancelled = false;
  #over = false;
  #sender: BodySender | undefined;
  #receiver: BodyReceiver | undefined;
  /** The answer's body, when it does not come from the pool process: it may outlive the exchange. */
  #passed: Readable | undefined;
  #subrequests: Set<Subrequest> | undefined;
  #logBytes = 0;

  constructor(
    id: number,
    invocation: Invocation,
    owner: ExchangeOwner,
    resolve: (reply: Reply) => void,
    reject: (error: IsletError | NotTaken) => void,
    mayRefuse = false,
  ) {
    this.id = id;
    this.invocation = invocation;
    this.#owner = owner;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#mayRefuse = mayRefuse;
  }

  /** The client has gone, or the time is up. What the function has to say about that is still heard, until it is over. */
  cancel(reason: IsletError): void {
    this.#passed?.destroy(reason);
    if (this.#over || this.#cancelled) return;
    this.#cancelled = true;
    this.#owner.writer.begin(frameType.cancel, this.id).utf8Rest(reason.message).finish();
    this.#settle();
    this.#reject(reason);
    this.#receiver?.destroy(reason);
    this.#sender?.stop();
    // Subrequests go on until the function is done: what it gave to waitUntil() may need them.
  }

  /** Whether the pool process has said anything of it. */
  get heardOf(): boolean {
    const asked = this.#sender !== undefined || this.#subrequests !== undefined;
    return this.#settled || this.#begun || asked || this.#logBytes > 0;
  }

  /** Ends it from this side. */
  fail(error: IsletError): void {
    if (this.#over) return;
    this.#giveUp(error);
    this.#end();
  }

  #giveUp(error: IsletError): void {
    this.#settle();
    this.#reject(error);
    this.#receiver?.destroy(error);
    this.#release();
  }

  /** A frame under this exchange's id. @throws WireError */
  receive(frame: Frame): void {
    if (this.#cancelled) {
      this.#receiveCancelled(frame);
      return;
    }
    switch (frame.type) {
      case frameType.respond:
        return this.#respond(frame);
      case frameType.fail:
        return this.#fail(frame);
      case frameType.refuse:
        return this.#refuse(frame);
      case frameType.begun:
        frame.end();
        if (this.#begun || this.#settled) throw new WireError("an invocation begins once, and before its answer");
        return this.#begin(false);
      case frameType.done:
        return this.#done(frame);
      case frameType.log:
        return this.#log(frame);
      case frameType.chunk:
        return this.#source().chunk(frame.rest());
      case frameType.end:
        frame.end();
        return this.#source().last({ kind: "end" });
      case frameType.reset:
        return this.#source().last({ kind: "error", message: readReset(frame) });
      case frameType.window:
        return this.#grant(frame);
      case frameType.stop:
        frame.end();
        return this.#sender?.stop();
      default:
        throw new WireError(`a pool process cannot send frames of type ${frame.type} for an invocation`);
    }
  }

  #receiveCancelled(frame: Frame): void {
    if (frame.type === frameType.log) this.#log(frame);
    else if (frame.type === frameType.done || frame.type === frameType.fail) this.#end();
    else if (frame.type === frameType.refuse && this.#mayRefuse) this.#end();
    else if (frame.type === frameType.respond) {
      frame.u16();
      // Nothing follows an answer that was complete before the pool process heard of the cancellation.
      if ((frame.u8() & 1) === 0) this.#end();
    }
  }

  /** A fetch() of this invocation. @throws WireError */
  fetch(frame: Frame): void {
    const { redirect, method, url, headers } = readFetchHead(frame);
    if (this.#owner.subrequest(frame.id)) throw new WireError("a subrequest's id is in use");
    const subrequest = new Subrequest(frame.id, this.#owner.writer);
    const body = this.#outgoingBody(frame, subrequest);
    this.#subrequests ??= new Set();
    if (body === undefined) subrequest.refuse(usedBefore);
    else if (this.#subrequests.size >= mostSubrequests) subrequest.refuse("this request has made too many of its own");
    else {
      this.#subrequests.add(subrequest);
      this.#owner.addSubrequest(subrequest);
      void subrequest.send(this.#owner.egress, this.invocation, method, url, headers, redirect, body);
    }
  }

  #outgoingBody(frame: Frame, subrequest: Subrequest): Readable | Uint8Array | null | undefined {
    const kind = frame.u8();
    if (kind === bodyKind.inline) return frame.rest();
    const source = kind === bodyKind.pass ? frame.u32() : 0;
    frame.end();
    if (kind === bodyKind.none) return null;
    if (kind === bodyKind.stream) return subrequest.uploadBody();
    if (kind !== bodyKind.pass) throw new WireError("unknown kind of body");
    return source === this.id ? this.#requestBody() : this.#ownSubrequest(source).passDecoded();
  }

  #respond(frame: Frame): void {
    if (this.#settled) throw new WireError("an invocation has one answer");
    const { more, cold, cpuMs, thereMs, startMs, inFlight, ...head } = readResponseHead(frame);
    this.usage.cpuMs = cpuMs;
    this.usage.cold = cold;
    this.usage.thereMs = thereMs;
    this.usage.startMs = startMs;
    this.#owner.reportLoad(inFlight);
    let { headers } = head;
    let body: Reply["body"] = null;
    const kind = frame.u8();
    if (kind === bodyKind.inline) {
      // Counted as characters, which take up to three bytes each.
      if (frame.remaining > inlineBodyBytes * 3) throw new WireError("an inline body is too long");
      body = frame.remaining <= joinedBytes ? frame.latin1Rest() : frame.rest();
    } else if (kind === bodyKind.stream) {
      const length = frame.u32();
      if (!more) throw new WireError("an answer's body cannot follow what is over");
      headers = withLength(headers, length === unknownLength ? null : length);
      this.#receiver = new BodyReceiver(this.#owner.writer, this.id);
      // It may break off before whoever gets the answer has had a chance to listen.
      this.#receiver.on("error", () => undefined);
      body = this.#receiver;
    } else if (kind === bodyKind.pass) {
      const source = frame.u32();
      const passed = source === this.id ? this.#passRequestBody() : this.#ownSubrequest(source).pass();
      if (!passed) return this.fail(new IsletError("function_error", `the answer cannot be sent: ${usedBefore}`));
      body = this.#passed = passed.body;
      headers = withFields(withLength(headers, null), passed.fields);
    } else if (kind !== bodyKind.none) throw new WireError("unknown kind of body");
    frame.end();
    this.#answered = true;
    this.#settle();
    this.#resolve({ status: head.status, statusText: head.statusText, headers, body, usage: this.usage });
    if (!more) this.#end();
  }

  #fail(frame: Frame): void {
    const { cpuMs, cold, code, message, stack } = readFailure(frame);
    this.usage.cpuMs = cpuMs;
    this.usage.cold = cold;
    if (stack !== "" || code === "function_load_failed") this.invocation.log("error", stack === "" ? message : stack);
    const limited = code === "function_cpu_limit" || code === "function_memory_limit";
    const endedByLimit = { sentOut: this.#subrequests !== undefined };
    const more = { detail: message, usage: this.usage, ...(limited && { endedByLimit }) };
    this.fail(new IsletError(code, clientMessage(code, message), more));
  }

  /** It can be sent to another process, since this one has done nothing with it. */
  #refuse(frame: Frame): void {
    const { reason, inFlight } = readRefusal(frame);
    if (this.heardOf || !this.#mayRefuse) throw new WireError("an invocation that has begun cannot be refused");
    this.#settle();
    this.#owner.reportLoad(inFlight);
    this.#reject(new NotTaken(reason));
    this.#end();
  }

  #done(frame: Frame): void {
    this.usage.cpuMs = frame.u32() / 1000;
    frame.end();
    if (!this.#answered) throw new WireError("an invocation cannot be over before its answer");
    if (this.#receiver?.source.finished === false) throw new WireError("an invocation cannot be over before its body");
    this.#end();
  }

  #log(frame: Frame): void {
    const { level, text, bytes } = readLogLine(frame);
    this.#logBytes += bytes;
    // The limit counts characters, of up to three bytes.
    if (this.#logBytes > this.invocation.fn.limits.logBytes * 3 + moreLogBytes)
      throw new WireError("an invocation logs more than it may");
    this.invocation.log(level, text);
  }

  #grant(frame: Frame): void {
    const bytes = frame.u32();
    frame.end();
    this.#sender ??= new BodySender(this.#owner.writer, this.id, () => this.#requestBody() ?? brokenOff());
    this.#sender.grant(bytes);
  }

  /** What the answer's body comes into. */
  #source(): BodyReceiver["source"] {
    if (!this.#receiver) throw new WireError("a piece of a body that there is not");
    return this.#receiver.source;
  }

  #ownSubrequest(id: number): Subrequest {
    const subrequest = this.#owner.subrequest(id);
    if (!subrequest || !this.#subrequests?.has(subrequest)) {
      throw new WireError("an invocation can only pass on bodies of its own");
    }
    return subrequest;
  }

  /** Undefined when it has been opened before. */
  #requestBody(): Readable | undefined {
    const { body } = this.invocation;
    if (body.kind === "stream") return body.opened() ? undefined : body.open();
    return Readable.from(body.kind === "bytes" ? [body.bytes] : []);
  }

  #passRequestBody(): PassedBody | undefined {
    const { body } = this.invocation;
    const fields = body.kind === "bytes" ? ["content-length", String(body.bytes.byteLength)] : [];
    const stream = this.#requestBody();
    return stream && { body: stream, fields };
  }

  #begin(answered: boolean): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#owner.begun(answered);
  }

  #settle(): void {
    if (this.#settled) return;
    this.#begin(true);
    this.#settled = true;
    this.#owner.answered(this);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.#owner.ended(this);
  }

  #release(): void {
    this.#sender?.stop();
    if (!this.#subrequests) return;
    for (const subrequest of this.#subrequests) {
      subrequest.cancel();
      this.#owner.removeSubrequest(subrequest);
    }
    this.#subrequests = undefined;
  }
}

function brokenOff(): Readable {
  const stream = new Readable();
  stream.on("error", () => undefined);
  return stream.destroy(new Error(usedBefore));
}

/** What a function says about the length of a stream is not to be trusted: too short a body would leave the client waiting. */
function withLength(headers: string, length: number | null): string {
  const fields = headers === "" ? [] : headers.split("\n");
  const kept = fields.flatMap((name, i) =>
    i % 2 === 0 && name.toLowerCase() !== "content-length" ? [name, fields[i + 1] as string] : [],
  );
  return (length === null ? kept : [...kept, "content-length", String(length)]).join("\n");
}

function withFields(headers: string, fields: readonly string[]): string {
  const own = headers === "" ? [] : headers.split("\n");
  const names = new Set(own.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  const missing = fields.flatMap((name, i) =>
    i % 2 === 0 && !names.has(name.toLowerCase()) ? [name, fields[i + 1] as string] : [],
  );
  return [...own, ...missing].join("\n");
}

/** What a function throws is for its owner's logs; its clients learn only what kind of failure it was. */
function clientMessage(code: ErrorCode, message: string): string {
  return code === "function_error" || code === "function_load_failed" ? "the function failed" : message;
}
