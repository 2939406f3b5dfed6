import { globalScopeModule, webAssemblyModule } from "./lazy.ts";
// Takes V8's WebAssembly before any code of a tenant's runs.
import "./wasm/intrinsics.ts";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

type Exports = Readonly<Record<string, unknown>>;

function define(name: string, value: unknown, enumerable: boolean): void {
  defineProperty(globalThis, name, { value, writable: true, enumerable, configurable: true });
}

/** A global whose module is evaluated at the first touch; from then on it is an ordinary property. */
function defineLazy(name: string, enumerable: boolean, load: () => unknown): void {
  const { lazyGlobal } = {
    lazyGlobal(): unknown {
      const exports = load() as Exports;
      define(name, exports[name], enumerable);
      return exports[name];
    },
  };
  defineProperty(globalThis, name, {
    get: lazyGlobal,
    set(value: unknown) {
      define(name, value, enumerable);
    },
    enumerable,
    configurable: true,
  });
}

/** By this name of its getter a global is known that nobody has touched. */
const lazyName = "lazyGlobal";

/** Who asks for the descriptor of a global touches it, and sees the ordinary property that it should be. */
function describeTouched(): void {
  const { getOwnPropertyDescriptor: describe, getOwnPropertyDescriptors: describeAll } = Object;
  const touching = {
    getOwnPropertyDescriptor(target: object, key: PropertyKey): PropertyDescriptor | undefined {
      const found = describe(target, key);
      if (target !== globalThis || found?.get?.name !== lazyName) return found;
      void globalThis[key as never];
      return describe(target, key);
    },
  };
  defineHidden(Object, touching);
  defineHidden(Reflect, touching);
  defineHidden(Object, {
    getOwnPropertyDescriptors(target: object): object {
      if (target === globalThis) for (const key of ownKeys(target)) touching.getOwnPropertyDescriptor(target, key);
      return describeAll(target);
    },
  });
}

/** Puts methods in the place of the language's own. */
function defineHidden(holder: object, methods: object): void {
  for (const name of Object.keys(methods)) {
    const value = (methods as Record<string, unknown>)[name];
    defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

/** Interfaces are not enumerable, as Web IDL has it. */
function interfaces(load: () => unknown, ...names: string[]): void {
  for (const name of names) defineLazy(name, false, load);
}

/** Functions and objects of the global scope are enumerable. */
function members(load: () => unknown, ...names: string[]): void {
  for (const name of names) defineLazy(name, true, load);
}

/** Attributes for the global scope's own events. */
function handlers(...types: string[]): void {
  for (const type of types) {
    const name = `on${type}`;
    const attribute = {
      get [name]() {
        return globalScopeModule().getOn(type);
      },
      set [name](value: unknown) {
        globalScopeModule().setOn(type, value);
      },
    };
    defineProperty(globalThis, name, getOwnPropertyDescriptor(attribute, name) as PropertyDescriptor);
  }
}

/** Defines what a function finds in its global scope, without evaluating what it does not touch. */
export function installGlobals(): void {
  define("self", globalThis, true);
  describeTouched();

  defineLazy("console", false, () => require("./console.ts"));
  members(() => require("./timers.ts"), "setTimeout", "setInterval", "clearTimeout", "clearInterval", "queueMicrotask");
  members(() => require("./report.ts"), "reportError");
  members(globalScopeModule, "addEventListener", "removeEventListener", "dispatchEvent");
  handlers("error", "unhandledrejection", "rejectionhandled");
  members(() => require("./scheduler.ts"), "scheduler");
  members(() => require("./performance/performance.ts"), "performance");
  members(() => require("./navigator.ts"), "navigator");
  members(() => require("./crypto.ts"), "crypto");
  members(() => require("./base64.ts"), "atob", "btoa");
  members(() => require("./structured-clone.ts"), "structuredClone");
  members(() => require("./fetch/fetch.ts"), "fetch");

  interfaces(webAssemblyModule, "WebAssembly");
  interfaces(() => require("./fetch/headers.ts"), "Headers");
  interfaces(() => require("./fetch/request.ts"), "Request");
  interfaces(() => require("./fetch/response.ts"), "Response");
  interfaces(() => require("./files/blob.ts"), "Blob", "File");
  interfaces(() => require("./files/file-reader.ts"), "FileReader");
  interfaces(() => require("./files/form-data.ts"), "FormData");
  interfaces(() => require("./url/url.ts"), "URL");
  interfaces(() => require("./url/search-params.ts"), "URLSearchParams");
  interfaces(() => require("./url/url-pattern.ts"), "URLPattern");
  interfaces(() => require("./encoding/text.ts"), "TextEncoder", "TextDecoder");
  interfaces(() => require("./encoding/streams.ts"), "TextEncoderStream", "TextDecoderStream");
  interfaces(() => require("./compression/streams.ts"), "CompressionStream", "DecompressionStream");
  interfaces(() => require("./dom-exception.ts"), "DOMException");
  interfaces(() => require("./quota-exceeded-error.ts"), "QuotaExceededError");
  interfaces(() => require("./events/event.ts"), "Event");
  interfaces(() => require("./events/event-target.ts"), "EventTarget");
  interfaces(
    () => require("./events/event-kinds.ts"),
    "CloseEvent",
    "CustomEvent",
    "ErrorEvent",
    "ProgressEvent",
    "PromiseRejectionEvent",
  );
  interfaces(() => require("./events/fetch-event.ts"), "ExtendableEvent", "FetchEvent");
  interfaces(() => require("./events/message-event.ts"), "MessageEvent");
  interfaces(() => require("./event-source/event-source.ts"), "EventSource");
  interfaces(() => require("./html-rewriter/html-rewriter.ts"), "HTMLRewriter");
  interfaces(() => require("./web-socket/web-socket.ts"), "WebSocket", "WebSocketPair");
  interfaces(() => require("./messaging/message-port.ts"), "MessageChannel", "MessagePort");
  interfaces(() => require("./events/abort.ts"), "AbortController", "AbortSignal");
  interfaces(() => require("./performance/performance.ts"), "Performance");
  interfaces(
    () => require("./performance/entries.ts"),
    ...["PerformanceEntry", "PerformanceMark", "PerformanceMeasure"],
  );
  interfaces(() => require("./performance/observer.ts"), "PerformanceObserver", "PerformanceObserverEntryList");
  interfaces(() => require("./navigator.ts"), "Navigator");
  interfaces(() => require("./crypto.ts"), "Crypto");
  interfaces(() => require("./crypto/subtle.ts"), "SubtleCrypto");
  interfaces(() => require("./crypto/key.ts"), "CryptoKey");
  interfaces(() => require("./streams/identity.ts"), "IdentityTransformStream", "FixedLengthStream");
  interfaces(
    () => (require("./streams/lazy-streams.ts") as typeof import("./streams/lazy-streams.ts")).streams(),
    ...["ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest"],
    ...["ReadableStreamDefaultController", "ReadableByteStreamController"],
    ...["WritableStream", "WritableStreamDefaultWriter", "WritableStreamDefaultController"],
    ...["TransformStream", "TransformStreamDefaultController"],
    ...["ByteLengthQueuingStrategy", "CountQueuingStrategy"],
  );
}
