import { currentInvocation, setCurrent } from "./current.ts";
import { fetchListeners } from "./fetch-listeners.ts";
import { host } from "./host.ts";
import { asyncSupportModule, nodeHostModule, webAssemblyModule } from "./lazy.ts";
import type { Glue } from "./ops.ts";
import { SafeMap } from "./tamper-proof.ts";

/** What the code that stands beside a tenant's modules asks for: import(), import.meta, wasm and data. */

interface Import {
  readonly invocation: number;
  readonly name: string;
  readonly loading: PromiseWithResolvers<object>;
}

const root = "file:///";

let mainNamespace: { readonly default?: unknown } = {};
const waiting = new SafeMap<number, Import>();
/**
 * By name: modules that are there, or on their way. An invocation waits for its own import only: within the entry of another's it
 * would go on in the name of that.
 */
const loads = new SafeMap<string, { readonly promise: Promise<object>; readonly invocation: number | "there" }>();
const wasmModules = new SafeMap<string, object>();

export function mainExport(): unknown {
  return mainNamespace.default;
}

function hasFetch(): boolean {
  if (fetchListeners()) return true;
  try {
    return typeof (mainExport() as { fetch?: unknown } | null | undefined)?.fetch === "function";
  } catch {
    // A getter of the tenant's threw: whether there is a fetch() will be seen when it is called.
    return true;
  }
}

/** The host's entry. */
export function importFailed(id: number, message: string): void {
  const failed = take(id);
  if (!failed) return;
  if (loads.get(failed.name)?.promise === failed.loading.promise) loads.delete(failed.name);
  failed.loading.reject(new TypeError(message));
}

function take(id: number): Import | undefined {
  const found = waiting.get(id);
  waiting.delete(id);
  if (found) setCurrent(found.invocation);
  return found;
}

async function load(from: string, specifier: unknown): Promise<object> {
  const name = resolve(from, `${specifier as string}`);
  const known = loads.get(name);
  const invocation = currentInvocation();
  if (known?.invocation === "there" || known?.invocation === invocation) return known.promise;
  const loading = Promise.withResolvers<object>();
  loads.set(name, { promise: loading.promise, invocation });
  waiting.set(host.importModule(invocation, name), { invocation, name, loading });
  return loading.promise;
}

/** The name in the bundle that a specifier means. Throws a TypeError when it leads out of the bundle. */
function resolve(from: string, specifier: string): string {
  const isRelative = specifier.startsWith("./") || specifier.startsWith("../");
  const path = specifier.startsWith(root) ? specifier.slice(root.length) : specifier.replace(/^\//, "");
  if (path === "") throw new TypeError(`Cannot import ${JSON.stringify(specifier)}`);
  if (!isRelative) return path;
  const parts = from.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "." || part === "") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) {
      throw new TypeError(`Cannot import ${JSON.stringify(specifier)} from ${from}: it leads out of the bundle`);
    }
  }
  return parts.join("/");
}

function bytesOf(moduleName: string): Uint8Array<ArrayBuffer> {
  const bytes = host.moduleBytes(moduleName);
  if (!bytes) throw new TypeError(`There is no module ${JSON.stringify(moduleName)} in the bundle`);
  return bytes as Uint8Array<ArrayBuffer>;
}

export const glue: Glue = {
  loaded(namespace: object): void {
    mainNamespace = namespace;
    host.loaded(hasFetch());
  },
  imported(id: number, namespace: object): void {
    const done = take(id);
    if (!done) return;
    loads.set(done.name, { promise: done.loading.promise, invocation: "there" });
    done.loading.resolve(namespace);
  },
  meta(moduleName: string, main = false): object {
    return Object.assign(Object.create(null) as object, { url: root + moduleName, main });
  },
  load,
  wasm(moduleName: string): object {
    const known = wasmModules.get(moduleName);
    if (known) return known;
    const module = webAssemblyModule().compileModule(bytesOf(moduleName));
    wasmModules.set(moduleName, module);
    return module;
  },
  data: (moduleName: string): ArrayBuffer => bytesOf(moduleName).buffer,
  asyncSupport: () => asyncSupportModule().asyncSupport(),
  node: () => nodeHostModule().nodeHost,
};
