import { isUtf8 } from "node:buffer";
import type { Bundle } from "../core/deployment.ts";
import type { NotTakenReason } from "../core/executor.ts";
import type { LimitName } from "../core/limits.ts";
import { type Arrival, Arrivals } from "./arrivals.ts";
import type { IsolateHost } from "./isolate-host.ts";
import { outcomeNumber, type SaidOutcome } from "./prewarms.ts";
import { Running, type RunningOwner } from "./running.ts";
import { machineUs, usBetween } from "./wire/clock.ts";
import type { Connection } from "./wire/connection.ts";
import { bodyKind, frameType, mayRefuse, refusalReasons, WireError } from "./wire/frames.ts";
import { type Frame, FrameReader } from "./wire/reader.ts";
import { FrameWriter } from "./wire/writer.ts";

/** What an invocation says is sent at once if it took the main thread for so long. */
const longEntryMs = 0.5;

/** A pool's end of its connection with one front process. */
export class FrontLink implements RunningOwner {
  readonly writer: FrameWriter;
  readonly #host: IsolateHost;
  /** By invocation id and by the ids of their subrequests. */
  readonly #running = new Map<number, Running>();
  /** Invocations that wait for a bundle which was asked of this front. */
  readonly #wanted = new Map<string, ((bundle: Uint8Array | undefined) => void)[]>();
  readonly #arrivals = new Arrivals();
  readonly #onClose: () => void;
  readonly #unwatch: readonly (() => void)[];

  constructor(socket: Connection, host: IsolateHost, onClose: () => void) {
    this.#host = host;
    this.#onClose = onClose;
    this.writer = new FrameWriter(socket);
    const reader = new FrameReader((frame) => this.#receive(frame));
    socket.on("data", (data: Buffer) => {
      try {
        reader.push(data);
        this.#runArrivals();
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        host.frontBroke(error);
        socket.destroy(error);
      }
    });
    // A connection that breaks also closes; there is nothing else to be done about its error.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#closed());
    const unwatchWarmth = host.watchWarmth((key, isWarm) => {
      this.writer
        .begin(isWarm ? frameType.loaded : frameType.unloaded, 0)
        .utf8Rest(key)
        .finish();
    });
    this.#unwatch = [unwatchWarmth, host.beforeOthers(() => this.writer.flush())];
  }

  // RunningOwner

  inFlight(): number {
    return this.#host.inFlight;
  }

  addExchange(wireId: number, running: Running): void {
    this.#running.set(wireId, running);
  }

  removeExchange(wireId: number): void {
    this.#running.delete(wireId);
  }

  limitHit(limit: LimitName): void {
    this.#host.limitHit(limit);
  }

  ended(running: Running): void {
    this.#running.delete(running.wireId);
    this.#host.inFlight--;
  }

  #receive(frame: Frame): void {
    if (frame.type === frameType.invoke) {
      this.#arrivals.add(readArrival(frame));
      return;
    }
    // It may be about one of them.
    this.#runArrivals();
    if (frame.type === frameType.bundle) this.#gotBundle(frame.utf8(), frame.rest());
    else if (frame.type === frameType.noBundle) this.#gotBundle(frame.utf8(), undefined);
    else if (frame.type === frameType.prewarm) this.#prewarm(frame.u8() === 1, frame.utf8Rest());
    else this.#running.get(frame.id)?.receive(frame);
  }

  /** As for a request's cold start, so that the same limits and the same blame hold. */
  #prewarm(spareOnly: boolean, key: string): void {
    const say = (outcome: SaidOutcome) => {
      this.writer.begin(frameType.prewarmed, 0).u8(outcomeNumber(outcome)).utf8Rest(key).finish();
    };
    const refusal = spareOnly ? this.#host.refusalToPrewarm(key) : null;
    if (refusal) return say(refusal);
    this.#withBundle(key, (bundle) => {
      if (!bundle) return say("failed");
      this.#host.load(key, bundle).whenLoaded((failure) => say(failure ? "failed" : "warm"));
    });
  }

  #runArrivals(): void {
    for (const arrival of this.#arrivals.take(this.#host.entered)) this.#invoke(arrival);
  }

  #invoke({ id, sentUs, flags, key, method, url, headers, body }: Arrival): void {
    const nowMs = performance.now();
    const waitUs = usBetween(sentUs, machineUs(nowMs));
    const isolate = this.#host.warm(key);
    const refusal = this.#host.refusal(isolate === undefined, waitUs / 1000, nowMs);
    if (refusal && (flags & mayRefuse) !== 0) {
      this.#refuse(id, refusal);
      return;
    }
    const running = new Running(id, this, isolate === undefined);
    this.#host.inFlight++;
    if (isolate) running.run(isolate, method, url, headers, body);
    else {
      this.#withBundle(key, (bundle) => {
        if (bundle) running.run(this.#host.load(key, bundle), method, url, headers, body);
        else running.failed({ kind: "internal", message: "the function's bundle could not be read", stack: "" }, 0);
      });
    }
    // Most are over by now: only what goes on hears of later frames.
    if (!running.over) {
      this.#running.set(id, running);
      if (!running.answered) this.writer.begin(frameType.begun, id).finish();
    }
    // Not only when all that came with it have had their turn.
    if (performance.now() - nowMs > longEntryMs) this.writer.flush();
  }

  #refuse(id: number, reason: NotTakenReason): void {
    this.#host.refused(reason);
    const writer = this.writer.begin(frameType.refuse, id).u8(refusalReasons.indexOf(reason));
    writer.u32(this.#host.inFlight).finish();
  }

  #withBundle(key: string, run: (bundle: Bundle | undefined) => void): void {
    const known = this.#host.bundles.get(key);
    if (known) {
      run(known);
      return;
    }
    const waiting = this.#wanted.get(key);
    const start = (bytes: Uint8Array | undefined) => run(bytes && this.#readBundle(key, bytes));
    if (waiting) {
      waiting.push(start);
      return;
    }
    this.#wanted.set(key, [start]);
    this.writer.begin(frameType.need, 0).utf8Rest(key).finish();
    this.writer.flush();
  }

  #readBundle(key: string, bytes: Uint8Array): Bundle | undefined {
    try {
      return this.#host.bundles.add(key, bytes);
    } catch (error) {
      this.#host.unreadable(key, error);
      return undefined;
    }
  }

  #gotBundle(key: string, bytes: Uint8Array | undefined): void {
    const waiting = this.#wanted.get(key) ?? [];
    this.#wanted.delete(key);
    // Sent ahead of a request, which follows.
    if (waiting.length === 0 && bytes) this.#readBundle(key, bytes);
    for (const start of waiting) start(bytes);
  }

  #closed(): void {
    for (const end of this.#unwatch) end();
    for (const running of new Set(this.#running.values())) running.cancel("the server's front process went away");
    this.#onClose();
  }
}

function readArrival(frame: Frame): Arrival {
  return {
    id: frame.id,
    sentUs: frame.u32(),
    flags: frame.u8(),
    key: frame.latin1(),
    method: frame.latin1(),
    url: frame.latin1(),
    headers: frame.latin1(),
    body: readBody(frame),
  };
}

/** Text crosses into an isolate more cheaply than bytes, and nearly all bodies are text. */
function readBody(frame: Frame): string | Uint8Array | true | null {
  const kind = frame.u8();
  if (kind === bodyKind.none) return null;
  if (kind === bodyKind.stream) return true;
  if (kind !== bodyKind.inline) throw new WireError(`a request body cannot be of kind ${kind}`);
  const view = frame.restView();
  const startsWithBom = view[0] === 0xef && view[1] === 0xbb && view[2] === 0xbf;
  if (isUtf8(view) && !startsWithBom) return view.toString("utf8");
  return Uint8Array.prototype.slice.call(view);
}
