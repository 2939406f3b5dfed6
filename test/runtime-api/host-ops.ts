import { createHash, randomBytes, randomUUID } from "node:crypto";
import { fetch } from "undici";
import type { GuestEntries, HostOps, LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";
import { Codecs } from "../../src/isolate/codecs.ts";
import { GuestCrypto, type SubtleCaller } from "../../src/isolate/crypto/guest-crypto.ts";
import { HashStreams } from "../../src/isolate/crypto/hash-streams.ts";
import { equalBytes } from "../../src/isolate/host-crypto.ts";
import { limitWasm } from "../../src/isolate/wasm-limits.ts";
import { GuestStreams } from "./guest-streams.ts";

/** As many as the isolate under test may have. */
const wasmPages = 128 * 16;

export interface LogLine {
  readonly invocation: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** What an invocation has come to: `body` is what crossed, `open` as it was when it crossed. */
export type Outcome =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly statusText: string;
      readonly headers: string;
      readonly body: OutgoingBody;
      readonly open: boolean;
    }
  | { readonly kind: "failure"; readonly failure: string; readonly message: string; readonly stack: string };

/** The host's side of one guest under test, with what it was told to look at afterwards. */
export interface TestHost {
  readonly ops: HostOps;
  readonly logs: LogLine[];
  readonly streams: GuestStreams;
  /** Names of the ops that were called, in order. */
  readonly calls: string[];
  readonly outcomes: Map<number, Outcome>;
  /** Runs when an invocation has its outcome, and again when it has finished. */
  onProgress: (invocation: number) => void;
  /** What the runtime said of the main module. */
  hasFetch: boolean | undefined;
  readonly finished: Set<number>;
  readonly fetchesAborted: number[];
  /** Errors of the runtime's own. */
  readonly entriesThrew: string[];
  /** What WebAssembly has, as the guest last said. */
  wasm: { memories: number; bytes: number } | undefined;
  nextId(): number;
}

export interface TestBundle {
  importModule(id: number, name: string): void;
  readonly bytes: Readonly<Record<string, Uint8Array>>;
  /** Of the runtime, by name. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Real, simple ops: Node's URL, TextDecoder, timers and crypto, and undici for fetch. */
export function testHost(entries: GuestEntries, bundle: TestBundle): TestHost {
  let lastId = 1_000;
  const nextId = (): number => ++lastId;
  const streams = new GuestStreams(entries);
  const timers = new Map<number, NodeJS.Timeout>();
  const codecs = new Codecs();
  const running = new Map<number, AbortController>();
  const start = performance.now();
  const crypto = new GuestCrypto();
  const caller: SubtleCaller = {
    over: false,
    owner: {},
    onThread: false,
    forbids: () => undefined,
    charge: (ms) => (ms > 1_000 ? `it takes about ${Math.ceil(ms)} ms of CPU time` : undefined),
    settle: (id, answer) => entries.subtleDone(id, answer),
  };
  const hashes = new HashStreams();

  const ops: HostOps = {
    respond(invocation, status, statusText, headers, body, open) {
      host.outcomes.set(invocation, { kind: "response", status, statusText, headers, body, open });
      if (body === true) streams.expect(invocation);
      if (!open) host.finished.add(invocation);
      host.onProgress(invocation);
    },
    fail(invocation, failure, message, stack) {
      host.outcomes.set(invocation, { kind: "failure", failure, message, stack });
      host.finished.add(invocation);
      host.onProgress(invocation);
    },
    finish(invocation) {
      host.finished.add(invocation);
      host.onProgress(invocation);
    },
    entryThrew(message, stack) {
      host.entriesThrew.push(stack === "" ? message : stack);
    },
    goesOn: () => undefined,
    pull: (stream) => streams.pull(stream),
    cancel: (stream) => streams.cancel(stream),
    write: (stream, chunk) => streams.write(stream, chunk),
    close: (stream) => streams.close(stream),
    abort: (stream, message) => streams.abort(stream, message),
    fetch(_invocation, method, url, headers, redirect, body) {
      const exchange = nextId();
      const controller = new AbortController();
      running.set(exchange, controller);
      if (body === true) streams.expect(exchange);
      const sent =
        typeof body === "number" ? streams.toReadable(body) : body === true ? streams.received(exchange) : body;
      const request = {
        method,
        headers: pairs(headers),
        redirect,
        signal: controller.signal,
        ...(sent !== null && { body: sent as never, duplex: "half" as const }),
      };
      fetch(url, request).then(
        (answer) => {
          if (answer.body) streams.provide(exchange, answer.body);
          const lines = [...answer.headers].flat().join("\n");
          entries.fetched(
            exchange,
            answer.status,
            answer.statusText,
            lines,
            answer.url,
            answer.redirected,
            answer.body !== null,
          );
        },
        (error: Error) => {
          if (!controller.signal.aborted) entries.fetchFailed(exchange, String(error.cause ?? error.message));
        },
      );
      return exchange;
    },
    abortFetch(exchange) {
      host.fetchesAborted.push(exchange);
      running.get(exchange)?.abort();
    },
    startTimer(_invocation, ms, repeat) {
      const id = nextId();
      const fire = (): void => entries.timer(id);
      timers.set(id, repeat ? setInterval(fire, ms) : setTimeout(fire, ms));
      return id;
    },
    stopTimer(id) {
      clearTimeout(timers.get(id));
      timers.delete(id);
    },
    startTask() {
      const id = nextId();
      setImmediate(() => entries.timer(id));
      return id;
    },
    openCodec(_invocation, format, compress, level) {
      const id = nextId();
      const opened = codecs.open(id, format, compress, level, {
        coded: (bytes, more) => entries.coded(id, bytes, more),
        failed: (message) => entries.codecFailed(id, message),
      });
      return opened ? id : 0;
    },
    code: (id, input) => void codecs.get(id)?.step(input),
    closeCodec: (id) => codecs.close(id),
    log(invocation, level, text) {
      host.logs.push({ invocation, level, text });
    },
    limitHit(invocation) {
      host.logs.push({ invocation, level: "warn", text: "limits.waitUntil" });
    },
    loaded(hasFetch) {
      host.hasFetch = hasFetch;
    },
    importModule(_invocation, name) {
      const id = nextId();
      setImmediate(() => bundle.importModule(id, name));
      return id;
    },
    part: (name) => bundle.parts[name],
    moduleBytes: (name) => bundle.bytes[name],
    wasmPages: () => wasmPages,
    limitWasm: (bytes) => limitWasm(bytes, wasmPages),
    holdWasm(memories, bytes) {
      host.wasm = { memories, bytes };
      return true;
    },
    parseUrl: (input, base) => describeUrl(URL.parse(input, base)),
    setUrl(href, component, value) {
      const url = new URL(href) as unknown as Record<string, string>;
      url[component] = value;
      return describeUrl(url as unknown as URL) ?? "";
    },
    encodeUtf8: (text) => new Uint8Array(Buffer.from(text)),
    decode(label, fatal, ignoreBOM, bytes) {
      try {
        return new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes);
      } catch (error) {
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    },
    encodingName(label) {
      try {
        return new TextDecoder(label).encoding;
      } catch (error) {
        if (error instanceof RangeError) return undefined;
        throw error;
      }
    },
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    randomUuid: () => randomUUID(),
    digest: (algorithm, bytes) => new Uint8Array(createHash(algorithm.replace("-", "")).update(bytes).digest()),
    subtle: (_invocation, call, keys, bytes) => crypto.call(caller, nextId, call, keys, bytes),
    startHash(_invocation, algorithm) {
      const id = nextId();
      return hashes.start(hashes, id, algorithm) ? id : 0;
    },
    updateHash: (_invocation, hash, bytes) => hashes.update(hashes, hash, bytes),
    finishHash: (_invocation, hash) => hashes.finish(hashes, hash),
    equalBytes,
    now: () => performance.now() - start,
    date: () => Date.now(),
    probed: (what) => host.logs.push({ invocation: 0, level: "warn", text: `probed ${what}` }),
  };

  const host: TestHost = {
    ops,
    logs: [],
    streams,
    calls: [],
    outcomes: new Map(),
    onProgress: () => undefined,
    hasFetch: undefined,
    wasm: undefined,
    finished: new Set(),
    fetchesAborted: [],
    entriesThrew: [],
    nextId,
  };
  return host;
}

/** "a\nb\nc\nd" as [["a", "b"], ["c", "d"]]. */
export function pairs(headers: string): [string, string][] {
  if (headers === "") return [];
  const parts = headers.split("\n");
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) found.push([parts[i] ?? "", parts[i + 1] ?? ""]);
  return found;
}

function describeUrl(url: URL | null): string | undefined {
  if (!url) return undefined;
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash].join("\n");
}
