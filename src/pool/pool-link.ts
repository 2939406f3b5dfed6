import { isolateKey, type LiveFunction } from "../core/deployment.ts";
import type { Egress } from "../core/egress.ts";
import { IsletError } from "../core/errors.ts";
import type { Executor, ExecutorLoad } from "../core/executor.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import type { Verdict } from "../core/messages.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import { ExchangeTable } from "./exchange-table.ts";
import { readReset } from "./heads.ts";
import { lossOf } from "./loss.ts";
import { Prewarms } from "./prewarms.ts";
import type { Subrequest } from "./subrequest.ts";
import { machineUs } from "./wire/clock.ts";
import type { Connection, Open } from "./wire/connection.ts";
import { bodyKind, frameType, maxFrameBytes, maxPoolFrameBytes, mayRefuse, WireError } from "./wire/frames.ts";
import { type Frame, FrameReader } from "./wire/reader.ts";
import { FrameWriter } from "./wire/writer.ts";

/** A frame less its head and the key. */
const maxBundleBytes = maxFrameBytes - 1024;

/** Past this many versions the list of those sent is begun anew. */
const maxBundlesSent = 10_000;
/** A process that leaves so much unread gets no more requests, unless there is none of ours in it. */
const muchUnreadBytes = 64 * 1024 * 1024;
/** A process that leaves so much unread and asks for more is no honest one. */
const mostUnreadBytes = 4 * maxFrameBytes;

const aboutInvocations: ReadonlySet<number> = new Set([
  ...[frameType.respond, frameType.fail, frameType.refuse, frameType.begun, frameType.done, frameType.log],
  ...[frameType.chunk, frameType.end, frameType.reset, frameType.window, frameType.stop],
]);

export interface PoolLinkParts {
  readonly id: string;
  readonly open: Open;
  /** Requests in flight in the process before others are better sent elsewhere. */
  readonly concurrency: number;
  readonly egress: Egress;
  /** It has begun with a request, so that it may take another. */
  readonly onBegun: () => void;
  /** Bytes of a version's compiled bundle, with the limits that hold for it. */
  readonly readBundle: (fn: LiveFunction) => Promise<Uint8Array>;
  /** The same if they are at hand. */
  readonly bundleAtHand: (fn: LiveFunction) => Uint8Array | undefined;
  /** A bundle that the process asked for cannot be sent; its requests get `internal`. */
  readonly onBundleFailure: (key: string, error: unknown) => void;
  /** A version has an isolate in the process now, or has none any more. */
  readonly onWarmth: (key: string, isWarm: boolean) => void;
  /** The process sent what none of ours sends: it is not to live on. The connection closes in any case. */
  readonly onForged: (reason: string) => void;
  /** Who is to blame for the death of the process, once that is known; null when nobody says so in time. */
  readonly verdict: () => Promise<Verdict | null>;
  /**
   * The connection is over, for whatever reason. The versions in `suspects` had requests there, which
   * fail when the verdict is known.
   */
  readonly onClose: (error: Error | undefined, suspects: ReadonlySet<string>, judged: Promise<unknown>) => void;
}

/** A front's connection with one pool process: an executor that runs functions there. */
export class PoolLink implements Executor, ExchangeOwner {
  readonly tier = "isolate";
  readonly id: string;
  readonly egress: Egress;
  readonly writer: FrameWriter;
  readonly #parts: PoolLinkParts;
  readonly #socket: Connection;
  readonly #exchanges = new ExchangeTable();
  /** Versions whose bundle was sent. The process may have dropped it since, and asks then. */
  readonly #bundlesSent = new Set<string>();
  readonly #subrequests = new Map<number, Subrequest>();
  /** Isolate keys whose bundle is being sent. */
  readonly #bundlesAsked = new Set<string>();
  readonly #prewarms = new Prewarms();
  #inFlight = 0;
  #notBegun = 0;
  /** Requests of other fronts in the process, and work that goes on after its answer. */
  #others = 0;
  #open = true;
  #used = false;
  #error: Error | undefined;

  constructor(parts: PoolLinkParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.egress = parts.egress;
    const reader = new FrameReader((frame) => this.#receive(frame), maxPoolFrameBytes);
    this.#socket = parts.open((data) => {
      try {
        reader.push(data);
      } catch (error) {
        // Not thrown on, whatever it is: this process has other clients.
        this.#break(error as Error);
      }
    });
    this.writer = new FrameWriter(this.#socket);
    this.#socket.on("error", (error) => {
      this.#error = error;
    });
    this.#socket.on("close", () => this.#closed());
  }

  load(): ExecutorLoad {
    const inFlight = this.#inFlight;
    const others = this.#others;
    const notBegun = this.#notBegun;
    if (!this.#open || (inFlight > 0 && this.writer.waitingBytes > muchUnreadBytes))
      return { inFlight, others, notBegun, room: 0 };
    // What the process said last may be old: with nothing of our own there, ask again by sending.
    const room = inFlight === 0 ? 1 : this.#parts.concurrency - inFlight - others;
    return { inFlight, others, notBegun, room };
  }

  reportLoad(inFlight: number): void {
    this.#others = Math.max(0, inFlight - this.#inFlight);
  }

  execute(invocation: Invocation, refusable = false): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (!this.#open) {
        reject(new IsletError("pool_lost", "the pool process is gone"));
        return;
      }
      const exchange = this.#exchanges.add((id) => new Exchange(id, invocation, this, resolve, reject, refusable));
      if (!exchange) {
        reject(new IsletError("overloaded", "the pool process has too many requests"));
        return;
      }
      this.#inFlight++;
      this.#notBegun++;
      this.#used = true;
      this.#invoke(exchange.id, invocation, refusable);
      // With nothing to do until then, it would wait for the end of this turn, which can be long.
      if (this.#inFlight === 1) this.writer.flush();
      invocation.onCancel((reason) => exchange.cancel(reason));
    });
  }

  prewarm(fn: LiveFunction, spareOnly: boolean): Promise<PrewarmOutcome> {
    if (!this.#open) return Promise.resolve("lost");
    const key = isolateKey(fn);
    return this.#prewarms.ask(key, fn, () => {
      // What may be refused is not sent with its bundle: the process asks for that.
      if (!spareOnly && !this.#bundlesSent.has(fn.versionId)) this.#sendBundleAhead(fn);
      this.writer
        .begin(frameType.prewarm, 0)
        .u8(spareOnly ? 1 : 0)
        .utf8Rest(key)
        .finish();
    });
  }

  /** Whether anything ran here since this was asked last. */
  takeUsed(): boolean {
    const used = this.#used || this.#exchanges.size > 0;
    this.#used = false;
    return used;
  }

  /** Ends the connection once its requests are over. */
  close(): void {
    this.#open = false;
    this.#closeIfIdle();
  }

  // ExchangeOwner

  addSubrequest(subrequest: Subrequest): void {
    this.#subrequests.set(subrequest.id, subrequest);
  }

  removeSubrequest(subrequest: Subrequest): void {
    this.#subrequests.delete(subrequest.id);
  }

  subrequest(id: number): Subrequest | undefined {
    return this.#subrequests.get(id);
  }

  begun(answered: boolean): void {
    this.#notBegun--;
    if (!answered) this.#parts.onBegun();
  }

  answered(): void {
    this.#inFlight--;
  }

  ended(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (!this.#open) this.#closeIfIdle();
  }

  #invoke(id: number, { fn, method, url, headers, client, body }: Invocation, refusable: boolean): void {
    if (!this.#bundlesSent.has(fn.versionId)) this.#sendBundleAhead(fn);
    const writer = this.writer
      .begin(frameType.invoke, id)
      .u32(machineUs(performance.now()))
      .u8(refusable ? mayRefuse : 0)
      .latin1(isolateKey(fn))
      .latin1(method)
      .latin1(url)
      .latin1(client === undefined ? headers : headers + client);
    if (body.kind === "none") writer.u8(bodyKind.none);
    else if (body.kind === "bytes") writer.u8(bodyKind.inline).rest(body.bytes);
    else writer.u8(bodyKind.stream);
    writer.finish();
  }

  #receive(frame: Frame): void {
    const exchange = this.#exchanges.get(frame.id);
    if (exchange) exchange.receive(frame);
    else if ((frame.id & 1) === 1) this.#receiveForSubrequest(frame);
    else if (frame.type === frameType.need && frame.id === 0) this.#needed(frame.utf8Rest());
    else if (frame.type === frameType.prewarmed && frame.id === 0) this.#prewarmed(frame.u8(), frame.utf8Rest());
    else if (frame.type === frameType.loaded && frame.id === 0) this.#parts.onWarmth(frame.utf8Rest(), true);
    else if (frame.type === frameType.unloaded && frame.id === 0) this.#parts.onWarmth(frame.utf8Rest(), false);
    // Anything else belongs to an exchange that this side has given up.
    else if (!aboutInvocations.has(frame.type) || !this.#exchanges.hasBeen(frame.id)) {
      throw new WireError(`a frame of type ${frame.type} about no exchange`);
    }
  }

  #receiveForSubrequest(frame: Frame): void {
    if (frame.type === frameType.fetch) {
      const parent = frame.u32();
      if ((parent & 1) === 1 || !this.#exchanges.hasBeen(parent)) throw new WireError("a subrequest of no invocation");
      // A parent that is unknown was cancelled while this was on its way.
      this.#exchanges.get(parent)?.fetch(frame);
      return;
    }
    const subrequest = this.#subrequests.get(frame.id);
    switch (frame.type) {
      case frameType.window: {
        const bytes = frame.u32();
        frame.end();
        return subrequest?.grant(bytes);
      }
      case frameType.stop:
        frame.end();
        return subrequest?.stop();
      case frameType.cancel:
        frame.end();
        return subrequest?.cancel();
      case frameType.chunk:
        return subrequest?.received().chunk(frame.rest());
      case frameType.end:
        frame.end();
        return subrequest?.received().last({ kind: "end" });
      case frameType.reset:
        return subrequest?.received().last({ kind: "error", message: readReset(frame) });
      default:
        throw new WireError(`a pool process cannot send frames of type ${frame.type} for a subrequest`);
    }
  }

  /** With a function's first request: a cold start need not wait until the process has asked. */
  #sendBundleAhead(fn: LiveFunction): void {
    if (this.#bundlesSent.size >= maxBundlesSent) this.#bundlesSent.clear();
    this.#bundlesSent.add(fn.versionId);
    const bytes = this.#parts.bundleAtHand(fn);
    if (!bytes || bytes.byteLength > maxBundleBytes) return;
    this.writer.begin(frameType.bundle, 0).utf8(isolateKey(fn)).rest(bytes).finish();
  }

  #prewarmed(outcome: number, key: string): void {
    if (!this.#prewarms.answered(key, outcome)) throw new WireError("an outcome of no prewarm");
  }

  /** A process asks once, and only for what a request of ours waits for, or what we have it load. */
  #needed(key: string): void {
    const wanting = this.#exchanges.all().find(({ invocation }) => isolateKey(invocation.fn) === key);
    const fn = wanting?.invocation.fn ?? this.#prewarms.functionOf(key);
    if (fn === undefined || this.#bundlesAsked.has(key)) throw new WireError("a bundle that no request waits for");
    if (this.writer.waitingBytes > mostUnreadBytes) throw new WireError("more is asked for than is read");
    this.#bundlesAsked.add(key);
    void this.#sendBundle(key, fn);
  }

  async #sendBundle(key: string, fn: LiveFunction): Promise<void> {
    try {
      const bytes = await this.#parts.readBundle(fn);
      if (bytes.byteLength > maxBundleBytes) throw new RangeError(`the bundle of ${key} is longer than a frame`);
      this.writer.begin(frameType.bundle, 0).utf8(key).rest(bytes).finish();
    } catch (error) {
      this.#parts.onBundleFailure(key, error);
      this.writer.begin(frameType.noBundle, 0).utf8(key).finish();
    }
    this.#bundlesAsked.delete(key);
    this.writer.flush();
  }

  #break(error: Error): void {
    if (this.#socket.destroyed) return;
    this.#socket.destroy(error);
    if (error instanceof WireError) this.#parts.onForged(error.message);
  }

  #closeIfIdle(): void {
    if (this.#exchanges.size > 0) return;
    this.writer.flush();
    this.#socket.end();
  }

  #closed(): void {
    this.#open = false;
    const lost = this.#exchanges.all();
    const suspects = new Set([...lost.map(({ invocation }) => isolateKey(invocation.fn)), ...this.#prewarms.keys()]);
    this.#prewarms.lost();
    const judged =
      suspects.size === 0
        ? Promise.resolve()
        : this.#parts.verdict().then((verdict) => {
            for (const exchange of lost)
              exchange.fail(lossOf(isolateKey(exchange.invocation.fn), verdict, exchange.heardOf));
          });
    this.#parts.onClose(this.#error, suspects, judged);
  }
}
