import { Readable } from "node:stream";
import type { Egress } from "../core/egress.ts";
import { type ErrorCode, IsletError, isErrorCode } from "../core/errors.ts";
import type { Invocation, Reply, Usage } from "../core/invocation.ts";
import { type PassedBody, Subrequest } from "./subrequest.ts";
import { BodyReceiver } from "./wire/body-receiver.ts";
import { BodySender } from "./wire/body-sender.ts";
import { bodyKind, frameType, logLevels, redirectModes, unknownLength, WireError } from "./wire/frames.ts";
import type { Frame } from "./wire/reader.ts";
import type { FrameWriter } from "./wire/writer.ts";

/** Up to here a body is best kept as a string: it joins the head of the answer in one write. */
const joinedBytes = 16 * 1024;

/** What an exchange needs from its connection. */
export interface ExchangeOwner {
  readonly writer: FrameWriter;
  readonly egress: Egress;
  addSubrequest(subrequest: Subrequest): void;
  removeSubrequest(subrequest: Subrequest): void;
  subrequest(id: number): Subrequest | undefined;
  /** How many requests the process has in flight, over all fronts, as it says with each answer. */
  reportLoad(inFlight: number): void;
  /** The answer has come, or there is none: it no longer counts as load. */
  answered(exchange: Exchange): void;
  /** Nothing more follows. */
  ended(exchange: Exchange): void;
}

/** The front's end of one invocation in a pool process. */
export class Exchange {
  readonly id: number;
  readonly invocation: Invocation;
  readonly usage: Usage = { cold: false, cpuMs: 0 };
  readonly #owner: ExchangeOwner;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: IsletError) => void;
  #settled = false;
  #cancelled = false;
  #over = false;
  #sender: BodySender | undefined;
  #receiver: BodyReceiver | undefined;
  /** The answer's body, when it does not come from the pool process: it may outlive the exchange. */
  #passed: Readable | undefined;
  #subrequests: Set<Subrequest> | undefined;

  constructor(
    id: number,
    invocation: Invocation,
    owner: ExchangeOwner,
    resolve: (reply: Reply) => void,
    reject: (error: IsletError) => void,
  ) {
    this.id = id;
    this.invocation = invocation;
    this.#owner = owner;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The client has gone, or the time is up. What the function has to say about that is still heard, until it is over. */
  cancel(reason: IsletError): void {
    this.#passed?.destroy(reason);
    if (this.#over || this.#cancelled) return;
    this.#cancelled = true;
    this.#owner.writer.begin(frameType.cancel, this.id).utf8Rest(reason.message).finish();
    this.#giveUp(reason);
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
      case frameType.done:
        this.usage.cpuMs = frame.u32() / 1000;
        return this.#end();
      case frameType.log:
        return this.#log(frame);
      case frameType.chunk:
        return this.#receiver?.source.chunk(frame.rest());
      case frameType.end:
        return this.#receiver?.source.last({ kind: "end" });
      case frameType.reset:
        return this.#receiver?.source.last({ kind: "error", message: frame.utf8Rest() });
      case frameType.window:
        return this.#grant(frame.u32());
      case frameType.stop:
        return this.#sender?.stop();
      default:
        throw new WireError(`a pool process cannot send frames of type ${frame.type} for an invocation`);
    }
  }

  #receiveCancelled(frame: Frame): void {
    if (frame.type === frameType.log) this.#log(frame);
    else if (frame.type === frameType.done || frame.type === frameType.fail) this.#end();
    else if (frame.type === frameType.respond) {
      frame.u16();
      // Nothing follows an answer that was complete before the pool process heard of the cancellation.
      if ((frame.u8() & 1) === 0) this.#end();
    }
  }

  /** A fetch() of this invocation. */
  fetch(frame: Frame): void {
    if (this.#cancelled) return;
    const redirect = redirectModes[frame.u8()];
    const method = frame.latin1();
    const url = frame.utf8();
    const headers = frame.latin1();
    if (redirect === undefined) throw new WireError("unknown redirect mode");
    const subrequest = new Subrequest(frame.id, this.#owner.writer);
    const body = this.#outgoingBody(frame, subrequest);
    this.#subrequests ??= new Set();
    this.#subrequests.add(subrequest);
    this.#owner.addSubrequest(subrequest);
    void subrequest.send(this.#owner.egress, method, url, headers, redirect, body);
  }

  #outgoingBody(frame: Frame, subrequest: Subrequest): Readable | Uint8Array | null {
    switch (frame.u8()) {
      case bodyKind.none:
        return null;
      case bodyKind.inline:
        return frame.rest();
      case bodyKind.stream:
        return subrequest.uploadBody();
      case bodyKind.pass: {
        const source = frame.u32();
        return source === this.id ? this.#requestBody() : (this.#owner.subrequest(source)?.passDecoded() ?? null);
      }
      default:
        throw new WireError("unknown kind of body");
    }
  }

  #respond(frame: Frame): void {
    if (this.#settled) throw new WireError("an invocation has one answer");
    const status = frame.u16();
    const flags = frame.u8();
    this.usage.cpuMs = frame.u32() / 1000;
    this.usage.cold = (flags & 2) !== 0;
    this.#owner.reportLoad(frame.u32());
    const statusText = frame.latin1();
    let headers = frame.latin1();
    let body: Reply["body"];
    const kind = frame.u8();
    if (kind === bodyKind.inline) body = frame.remaining <= joinedBytes ? frame.latin1Rest() : frame.rest();
    else if (kind === bodyKind.none) body = null;
    else if (kind === bodyKind.stream) {
      const length = frame.u32();
      headers = withLength(headers, length === unknownLength ? null : length);
      this.#receiver = new BodyReceiver(this.#owner.writer, this.id);
      // It may break off before whoever gets the answer has had a chance to listen.
      this.#receiver.on("error", () => undefined);
      body = this.#receiver;
    } else if (kind === bodyKind.pass) {
      const source = frame.u32();
      const passed = source === this.id ? this.#passRequestBody() : this.#owner.subrequest(source)?.pass();
      if (!passed) return this.fail(new IsletError("function_error", "the answer's body has been used before"));
      body = this.#passed = passed.body;
      headers = withFields(withLength(headers, null), passed.fields);
    } else throw new WireError("unknown kind of body");
    // An origin's answer that is passed on may have any status of three digits.
    if (status < 200 || status > 999) throw new WireError(`a function cannot answer with status ${status}`);
    this.#settle();
    this.#resolve({ status, statusText, headers, body, usage: this.usage });
    if ((flags & 1) === 0) this.#end();
  }

  #fail(frame: Frame): void {
    this.usage.cpuMs = frame.u32() / 1000;
    this.usage.cold = frame.u8() !== 0;
    const code = frame.latin1();
    const message = frame.utf8();
    const stack = frame.utf8();
    if (!isErrorCode(code)) throw new WireError(`unknown error code ${code}`);
    if (stack !== "" || code === "function_load_failed") this.invocation.log("error", stack === "" ? message : stack);
    this.fail(new IsletError(code, clientMessage(code, message), { detail: message }));
  }

  #log(frame: Frame): void {
    const level = logLevels[frame.u8()];
    if (level === undefined) throw new WireError("unknown log level");
    this.invocation.log(level, frame.utf8Rest());
  }

  #grant(bytes: number): void {
    this.#sender ??= new BodySender(this.#owner.writer, this.id, () => this.#requestBody());
    this.#sender.grant(bytes);
  }

  #requestBody(): Readable {
    const { body } = this.invocation;
    if (body.kind === "stream") return body.open();
    return Readable.from(body.kind === "bytes" ? [body.bytes] : []);
  }

  #passRequestBody(): PassedBody {
    const { body } = this.invocation;
    const fields = body.kind === "bytes" ? ["content-length", String(body.bytes.byteLength)] : [];
    return { body: this.#requestBody(), fields };
  }

  #settle(): void {
    if (this.#settled) return;
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
