import type { Response } from "./fetch/response.ts";
import { define, v8 } from "./wasm/intrinsics.ts";
import { installMemory, measureWasm } from "./wasm/memories.ts";
import { compileModule, installModules, instantiateModule, isModule, validate } from "./wasm/modules.ts";

/**
 * V8 compiles in the background and settles the promises of WebAssembly.compile() and
 * instantiate() from a task that never runs in these isolates. The synchronous constructors work,
 * so the asynchronous forms are made of them.
 */

type Instantiated = object | { module: object; instance: object };

async function instantiateAny(source: unknown, imports: unknown, options: unknown): Promise<Instantiated> {
  const where = "WebAssembly.instantiate()";
  if (isModule(source)) return instantiateModule(source, imports);
  const module = compileModule(source, options, where);
  // Bytes are compiled in the background elsewhere: nothing is asked of the imports before the caller goes on.
  // biome-ignore lint/nursery/useAwaitThenable: a turn of the microtasks is what is wanted
  await undefined;
  return { module, instance: instantiateModule(module, imports) };
}

async function readSource(source: Response | PromiseLike<Response>): Promise<ArrayBuffer> {
  const response = await source;
  const { isResponse } = require("./fetch/response.ts") as typeof import("./fetch/response.ts");
  if (!isResponse(response)) throw new TypeError("WebAssembly: a Response is required");
  if (!response.ok) throw new TypeError("WebAssembly: the response's status is not ok");
  if (response.headers.get("content-type")?.toLowerCase() !== "application/wasm") {
    throw new TypeError("WebAssembly: the response's content-type is not application/wasm");
  }
  return response.arrayBuffer();
}

/** Shorthand methods: they cannot be called with `new`, and have the lengths of the standard. */
const methods = {
  async compile(bytes: unknown, ...rest: unknown[]): Promise<object> {
    return compileModule(bytes, rest[0], "WebAssembly.compile()");
  },
  validate(bytes: unknown, ...rest: unknown[]): boolean {
    return validate(bytes, rest[0]);
  },
  async instantiate(bytes: unknown, ...rest: unknown[]): Promise<Instantiated> {
    return instantiateAny(bytes, rest[0], rest[1]);
  },
  async compileStreaming(source: Response | PromiseLike<Response>, ...rest: unknown[]): Promise<object> {
    return compileModule(await readSource(source), rest[0], "WebAssembly.compileStreaming()");
  },
  async instantiateStreaming(source: Response | PromiseLike<Response>, ...rest: unknown[]): Promise<Instantiated> {
    return instantiateAny(await readSource(source), rest[0], rest[1]);
  },
};

function install(): object {
  installMemory();
  installModules();
  define(v8.namespace, "compile", methods.compile, true);
  define(v8.namespace, "validate", methods.validate, true);
  define(v8.namespace, "instantiate", methods.instantiate, true);
  define(v8.namespace, "compileStreaming", methods.compileStreaming, true);
  define(v8.namespace, "instantiateStreaming", methods.instantiateStreaming, true);
  return v8.namespace;
}

/** Defined only once everything stands in its place: a tenant can make this fail, but not half-way. */
export const WebAssembly = install();
export { compileModule, measureWasm };
