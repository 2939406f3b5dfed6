import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

const interfaces = [
  ...[
    "AbortController",
    "AbortSignal",
    "Blob",
    "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
    "Crypto",
    "CryptoKey",
  ],
  ...[
    "CustomEvent",
    "DOMException",
    "ErrorEvent",
    "Event",
    "EventTarget",
    "File",
    "FormData",
    "Headers",
    "MessageEvent",
  ],
  ...["Navigator", "FixedLengthStream", "IdentityTransformStream", "PromiseRejectionEvent"],
  ...["Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver"],
  ...["PerformanceObserverEntryList", "ReadableByteStreamController"],
  ...["ReadableStream", "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest", "ReadableStreamDefaultController"],
  ...["ReadableStreamDefaultReader", "Request", "Response", "SubtleCrypto", "TextDecoder", "TextDecoderStream"],
  ...[
    "TextEncoder",
    "TextEncoderStream",
    "TransformStream",
    "TransformStreamDefaultController",
    "URL",
    "URLSearchParams",
  ],
  ...["WritableStream", "WritableStreamDefaultController", "WritableStreamDefaultWriter"],
];
const functions = [
  ...["atob", "btoa", "clearInterval", "clearTimeout", "fetch", "queueMicrotask", "reportError", "setInterval"],
  ...["setTimeout", "structuredClone", "addEventListener", "removeEventListener", "dispatchEvent"],
];
const objects = ["crypto", "navigator", "performance", "scheduler", "self"];

describe("the global scope", () => {
  test("has every interface, as a hidden property under its own name", async () => {
    const it = await guest();
    const found = await inside(
      it,
      `return ${JSON.stringify(interfaces)}.map((name) => {
         const touched = globalThis[name]; const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
         return [name, typeof touched, touched.name, descriptor.value === touched, descriptor.writable, descriptor.enumerable, descriptor.configurable];
       });`,
    );
    expect(found).toEqual(interfaces.map((name) => [name, "function", name, true, true, false, true]));
  });

  test("has functions and objects that can be seen", async () => {
    const it = await guest();
    const names = [...functions, ...objects];
    const found = await inside(
      it,
      `return ${JSON.stringify(names)}.map((name) => [name, typeof globalThis[name], Object.getOwnPropertyDescriptor(globalThis, name).enumerable]);`,
    );
    expect(found).toEqual(names.map((name) => [name, functions.includes(name) ? "function" : "object", true]));
    expect(await inside(it, "return self === globalThis && typeof console.log;")).toBe("function");
  });

  test("can be replaced before and after the first touch", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `"use strict"; globalThis.URL = 1; globalThis.fetch = 2; atob("YQ=="); globalThis.atob = 3;
         Object.defineProperty(globalThis, "Blob", { value: 4 }); delete globalThis.FormData;
         return [URL, fetch, atob, Blob, typeof FormData, Object.keys(globalThis).includes("fetch"), new URLSearchParams("a=b").get("a")];`,
      ),
    ).toEqual([1, 2, 3, 4, "undefined", true, "b"]);
  });

  test("look like ordinary properties to who asks for their descriptors", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const one = Object.getOwnPropertyDescriptor(globalThis, "Blob"); const other = Reflect.getOwnPropertyDescriptor(globalThis, "console");
         const all = Object.getOwnPropertyDescriptors(globalThis);
         return [one.value === Blob, one.writable, one.enumerable, other.value === console, all.fetch.value === fetch,
           Object.entries(all).filter(([, { get }]) => get).map(([name]) => name)];`,
      ),
    ).toEqual([true, true, false, true, true, ["onerror", "onunhandledrejection", "onrejectionhandled"]]);
  });

  test("what looks at everything without touching it evaluates nothing", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `void Object.keys(globalThis);
         return ["URL", "ReadableStream", "crypto"].map((name) => name in globalThis && typeof globalThis.__lookupGetter__(name));`,
      ),
    ).toEqual(["function", "function", "function"]);
  });
});
