/**
 * The bridge: what the guest side (this folder, inside the isolate) and the host side
 * (src/isolate) call on each other. Both import the types from here and nothing else is shared.
 *
 * Only primitives, strings and byte arrays cross. Host ops never throw: what can fail says so in
 * its result. Everything is synchronous; an op that waits for I/O returns an id at once, and the
 * host enters the isolate again with that id when there is something to say.
 *
 * Ids: `invocation` is one request (0 while the modules are loaded). `stream` is a body: the
 * request body of invocation n is stream n, the response body of exchange n is stream n; the host
 * draws all of them from one counter.
 *
 * Headers cross as one string: names and values in turn, joined by "\n"; "" for none.
 */

import type { SubtleAnswer } from "./crypto-ops.ts";

/** What a body is on its way out of the isolate. */
export type OutgoingBody =
  /** No body. */
  | null
  /** The whole body. Strings are sent as UTF-8. */
  | string
  | Uint8Array
  /** The untouched body of that stream id: it flows from host to host and never enters the isolate. */
  | number
  /** Will be written with `write` and ended with `close` under the id of this exchange. */
  | true;

/** What a body is on its way into the isolate. */
export type IncomingBody =
  | null
  /** The whole body, valid UTF-8 without a byte order mark. */
  | string
  /** The whole body. */
  | Uint8Array
  /** To be asked for with `pull` under the id of this exchange. */
  | true;

export type CompressionFormat = "gzip" | "deflate" | "deflate-raw" | "brotli" | "zstd";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Why an invocation has no response. */
export type FailureKind =
  /** fetch() threw or rejected. */
  | "threw"
  /** fetch() gave something that is not a Response. */
  | "no_response"
  /** fetch() gave a Response with a WebSocket, for which there is no transport yet. */
  | "upgrade"
  /** The default export has no fetch method, and nothing listens for fetch events. */
  | "no_handler";

/** Guest → host. */
export interface HostOps {
  /**
   * Answers an invocation. `open` says that work goes on afterwards (waitUntil, or a body still to
   * be written): then `finish` must follow, and the invocation's timers and fetches live until it.
   */
  respond(
    invocation: number,
    status: number,
    statusText: string,
    headers: string,
    body: OutgoingBody,
    open: boolean,
  ): void;
  fail(invocation: number, kind: FailureKind, message: string, stack: string): void;
  finish(invocation: number): void;
  /** The runtime itself threw in the present entry: fails the invocation that was entered. */
  entryThrew(message: string, stack: string): void;
  /** Within `abort`: waitUntil() has work to do, and `finish` will follow. */
  goesOn(invocation: number): void;

  /** Asks for the next piece of a body: the host enters with `chunk`, `end` or `streamError`, later. */
  pull(stream: number): void;
  /** No more of this body is wanted. */
  cancel(stream: number): void;
  /** Sends a piece of an outgoing body. False: wait for `drained` before the next. */
  write(stream: number, chunk: Uint8Array | string): boolean;
  close(stream: number): void;
  /** Breaks an outgoing body off; the receiver sees an error, not an end. */
  abort(stream: number, message: string): void;

  /** Starts a subrequest and returns its exchange id; `fetched` or `fetchFailed` follows. */
  fetch(
    invocation: number,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: OutgoingBody,
  ): number;
  abortFetch(exchange: number): void;

  /** `timer(id)` follows after `ms`, again and again if `repeat`. Returns the id; 0 when there are too many. */
  startTimer(invocation: number, ms: number, repeat: boolean): number;
  stopTimer(id: number): void;

  /** `timer(id)` follows as soon as the host has done what is due before. Counted among the timers; 0 when there are too many. */
  startTask(invocation: number): number;

  /**
   * Opens a compressor or a decompressor, which lives until its output or its invocation ends. `level` is the format's
   * own, up to 9, and 6 for Brotli; -1 is the usual one. Of a decompressor it is 0 when bytes behind the end are no error. Returns the id; 0 when the open ones take too much of the host's memory.
   */
  openCodec(invocation: number, format: CompressionFormat, compress: boolean, level: number): number;
  /**
   * One step of it: with a piece of input of at most 64 KiB, with the end of the input (null), or for more output of what it
   * has. `coded` or `codecFailed` follows, and nothing may be asked before. Its work counts as CPU time, by the byte.
   */
  code(codec: number, input: Uint8Array | null | undefined): void;
  closeCodec(codec: number): void;

  log(invocation: number, level: LogLevel, text: string): void;
  /** waitUntil() was refused: the host cannot count its promises, only hear of it. */
  limitHit(invocation: number): void;

  /** The main module has been evaluated; invocations may come. */
  loaded(hasFetch: boolean): void;
  /** Asks for a module of the bundle; `imported` or `importFailed` follows. Returns the id. */
  importModule(invocation: number, name: string): number;
  /**
   * A part of the runtime itself: its source, to be evaluated; or nothing, when the host could compile it and has
   * entered with `part`, in which V8's code cache helps.
   */
  part(name: string): string | undefined;
  /** Bytes of a wasm or data module of the bundle. */
  moduleBytes(name: string): Uint8Array | undefined;

  /** Pages that one WebAssembly memory may have. */
  wasmPages(): number;
  /**
   * What may be compiled in the place of a WebAssembly module, with an import from `wasmMemoryModule`
   * for each memory of its own. True: the module itself. False: it cannot be read, and V8 should
   * refuse it. A text says why it may not be compiled.
   */
  limitWasm(bytes: Uint8Array): Uint8Array | string | boolean;
  /** What WebAssembly has, or is about to have. False, and nothing noted, if the process has no room for so many memories. */
  holdWasm(memories: number, bytes: number): boolean;

  /**
   * Parses a URL. Undefined when it is not valid. Else these, joined by "\n":
   * href, origin, protocol, username, password, host, hostname, port, pathname, search, hash.
   */
  parseUrl(input: string, base: string | undefined): string | undefined;
  /** Parses `href`, sets one component as the URL Standard's setters do; result as for parseUrl. */
  setUrl(href: string, component: string, value: string): string;

  encodeUtf8(text: string): Uint8Array;
  /** Undefined when `fatal` and the bytes are not valid. `label` is an encoding's canonical name. */
  decode(label: string, fatal: boolean, ignoreBom: boolean, bytes: Uint8Array): string | undefined;
  /** The canonical lower-case name of an encoding label, or undefined. */
  encodingName(label: string): string | undefined;

  randomBytes(length: number): Uint8Array;
  randomUuid(): string;
  /** `algorithm` is one of `hashNames` of src/isolate/host-crypto.ts; `mostBytesAtOnce` at most. */
  digest(algorithm: string, bytes: Uint8Array): Uint8Array;
  /**
   * A method of crypto.subtle or of node:crypto: `call` is a SubtleCall as JSON, `keys` the sealed keys in it joined by "\n",
   * `bytes` all bytes in it. Gives the answer, or an id under which `subtleDone` follows.
   */
  subtle(invocation: number, call: string, keys: string, bytes: Uint8Array): SubtleAnswer | number;
  /** Begins a hash that is fed piece by piece. Returns its id; 0 when there are too many. */
  startHash(invocation: number, algorithm: string): number;
  /** `mostBytesAtOnce` at most. */
  updateHash(invocation: number, hash: number, bytes: Uint8Array): void;
  /** Undefined when the request that it was begun for is over. */
  finishHash(invocation: number, hash: number): Uint8Array | undefined;
  /** Both of one length. */
  equalBytes(a: Uint8Array, b: Uint8Array): boolean;
  /** When the present entry began, in milliseconds since the process started, with fractions. */
  now(): number;
  /** The same in whole milliseconds since 1970. */
  date(): number;
  /** The tenant does what only one does who looks for a clock. */
  probed(what: "clock"): void;
}

/** Host → guest. Each enters the isolate under the limits of the invocation it belongs to. */
export interface GuestEntries {
  /** Once, before any module: variables as a JSON object, and how many promises waitUntil() takes at once. */
  configure(envJson: string, waitUntil: number): void;
  /** Runs the default export's fetch(). What is known of the client may follow the headers; fetch/client-properties.ts. */
  invoke(invocation: number, method: string, url: string, headers: string, body: IncomingBody): void;
  /** The client went away, or the time is up: aborts request.signal. It is over then, unless it says `goesOn`. */
  abort(invocation: number, reason: string): void;
  chunk(stream: number, bytes: Uint8Array): void;
  end(stream: number): void;
  streamError(stream: number, message: string): void;
  drained(stream: number): void;
  /** Nobody wants more of an outgoing body. */
  stopped(stream: number): void;
  /** `url`: the one that answered, after redirects. `hasBody`: pull it under the exchange's id. */
  fetched(
    exchange: number,
    status: number,
    statusText: string,
    headers: string,
    url: string,
    redirected: boolean,
    hasBody: boolean,
  ): void;
  fetchFailed(exchange: number, message: string): void;
  timer(id: number): void;
  /** A piece of output, which may be empty. `more`: there is more without further input. */
  coded(codec: number, bytes: Uint8Array, more: boolean): void;
  /** What it was given is not of its format, or ended too early, or it ended with its invocation. */
  codecFailed(codec: number, message: string): void;
  subtleDone(id: number, answer: SubtleAnswer): void;
  importFailed(id: number, message: string): void;
  /** Within the op of that name: the function that a part's script is. */
  part(part: unknown): void;
  /** Only where there are WebAssembly memories: `holdWasm` follows within it, after a collection of garbage if so wished. */
  measureWasm(afterCollection: boolean): void;
}

/**
 * The runtime script evaluates to one function of this type. It is called once per isolate, before
 * any tenant code, with every op of `HostOps` in the order of `hostOpNames`.
 */
export type Boot = (...ops: HostOps[keyof HostOps][]) => GuestEntries;

export const hostOpNames = [
  "respond",
  "fail",
  "finish",
  "entryThrew",
  "goesOn",
  "pull",
  "cancel",
  "write",
  "close",
  "abort",
  "fetch",
  "abortFetch",
  "startTimer",
  "stopTimer",
  "startTask",
  "openCodec",
  "code",
  "closeCodec",
  "log",
  "limitHit",
  "loaded",
  "importModule",
  "part",
  "moduleBytes",
  "wasmPages",
  "limitWasm",
  "holdWasm",
  "parseUrl",
  "setUrl",
  "encodeUtf8",
  "decode",
  "encodingName",
  "randomBytes",
  "randomUuid",
  "digest",
  "subtle",
  "startHash",
  "updateHash",
  "finishHash",
  "equalBytes",
  "now",
  "date",
  "probed",
] as const satisfies readonly (keyof HostOps)[];

export const guestEntryNames = [
  "configure",
  "invoke",
  "abort",
  "chunk",
  "end",
  "streamError",
  "drained",
  "stopped",
  "fetched",
  "fetchFailed",
  "timer",
  "coded",
  "codecFailed",
  "subtleDone",
  "importFailed",
  "part",
  "measureWasm",
] as const satisfies readonly (keyof GuestEntries)[];

/** Where a rewritten WebAssembly module imports its own memories from, by the names "[number,initial,maximum]". */
export const wasmMemoryModule = "islet:memory";

/**
 * Code that Islet generates beside a tenant's modules reaches the runtime through this module. The host
 * links it with such code only; no bundle's module may have its name.
 */
export const glueModule = "islet:glue";

/** Its exports. */
export interface Glue {
  /** The main module's namespace, when it has been evaluated. */
  loaded(namespace: object): void;
  /** A dynamically imported module's namespace. */
  imported(id: number, namespace: object): void;
  /** import.meta of a module; `main` says that it is the main one. */
  meta(moduleName: string, main?: boolean): object;
  /** import(specifier) from a module. */
  load(fromModule: string, specifier: unknown): Promise<object>;
  /** Default export of a wasm module: a WebAssembly.Module. */
  wasm(moduleName: string): object;
  /** Default export of a data module: an ArrayBuffer. */
  data(moduleName: string): ArrayBuffer;
  /** What a module's rewritten code calls where it waits. */
  asyncSupport(): object;
  /** What the `node:` modules are made with. */
  node(): object;
}

/** The `node:` modules, and nothing else, import what they are made with from here. */
export const nodeHostModuleName = "islet:node";
/** `node:module` finds here what require() is to give. */
export const requiredModuleName = "islet:required";

/** Where the boot function leaves the glue for `glueSource` to take, so that no tenant finds it there. */
export const glueHandover = "__islet__";
const glueNames = [
  ...["loaded", "imported", "meta", "load", "wasm", "data", "asyncSupport", "node"],
] as const satisfies readonly (keyof Glue)[];
/** Source of `glueModule`. To be evaluated once, when the runtime has booted and before any tenant's code. */
export const glueSource = `export const{${glueNames.join()}}=globalThis.${glueHandover};delete globalThis.${glueHandover};`;
