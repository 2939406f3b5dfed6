import type ivm from "isolated-vm";
import { hiddenGlobal } from "../../runtime-api/ops.ts";
import type { Bundle, BundleModule } from "../core/deployment.ts";
import { resolveSpecifier } from "../core/specifier.ts";
import { LoadFailure, locate } from "./load-failure.ts";

const innerPrefix = "islet:module/";
const entryOptions = { filename: "islet:entry" };
const text = new TextDecoder("utf-8", { ignoreBOM: false });

type Compile = (source: string, filename: string) => ivm.Module | Promise<ivm.Module>;

function entrySource(name: string, then: string): string {
  return `import * as ns from ${JSON.stringify(name)};${then}`;
}

/**
 * The modules of one bundle inside one isolate. Uploads were rewritten so that `import.meta` and
 * `import()`, which isolated-vm lacks, come from a module `islet:module/<name>` that is made here.
 */
export class ModuleGraph {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #files = new Map<string, BundleModule>();
  readonly #compiled = new Map<string, ivm.Module | Promise<ivm.Module>>();
  readonly #names = new Map<ivm.Module, string>();
  readonly #main: string;

  constructor(isolate: ivm.Isolate, context: ivm.Context, bundle: Bundle) {
    this.#isolate = isolate;
    this.#context = context;
    this.#main = bundle.main;
    for (const module of bundle.modules) this.#files.set(module.name, module);
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** In memory of their own: a view crosses into the isolate with all of the buffer behind it. */
  bytes(name: string): Uint8Array | undefined {
    const bytes = this.#files.get(name)?.bytes;
    return bytes && Uint8Array.from(bytes);
  }

  /**
   * Evaluates `name` with all it imports, then calls `then` (code that sees the namespace as `ns`).
   * Returns before that if a module awaits at its top level.
   * @throws LoadFailure for what does not compile, link or evaluate. What ends the isolate is thrown
   *   as isolated-vm throws it.
   */
  evaluate(name: string, then: string): void {
    const entry = this.#isolate.compileModuleSync(entrySource(name, then), entryOptions);
    try {
      entry.instantiateSync(this.#context, (specifier, referrer) => {
        const compile = (source: string, filename: string) => this.#isolate.compileModuleSync(source, { filename });
        return this.#resolve(specifier, referrer, compile) as ivm.Module;
      });
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    entry.evaluateSync();
  }

  /** The same on one of isolated-vm's threads. An isolate's modules are evaluated by the one or the other. */
  async evaluateOnThread(name: string, then: string): Promise<void> {
    const entry = await this.#isolate.compileModule(entrySource(name, then), entryOptions);
    try {
      await entry.instantiate(this.#context, (specifier, referrer) => {
        const compile = (source: string, filename: string) => this.#isolate.compileModule(source, { filename });
        return this.#resolve(specifier, referrer, compile);
      });
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    await entry.evaluate();
  }

  #resolve(specifier: string, referrer: ivm.Module, compile: Compile): ivm.Module | Promise<ivm.Module> {
    const from = this.#names.get(referrer);
    if (from === undefined) return this.#compile(specifier, specifier, compile);
    if (specifier.startsWith(innerPrefix)) return this.#compile(specifier, from, compile);
    const name = resolveSpecifier(specifier, from, (candidate) => this.#files.has(candidate));
    if (name === null) throw new LoadFailure("missing", `cannot find module "${specifier}"`, { module: from });
    return this.#compile(name, from, compile);
  }

  #compile(name: string, from: string, compile: Compile): ivm.Module | Promise<ivm.Module> {
    const known = this.#compiled.get(name);
    if (known) return known;
    const named = (module: ivm.Module) => {
      this.#names.set(module, name);
      return module;
    };
    try {
      const compiled = compile(this.#source(name, from), name);
      const module =
        compiled instanceof Promise
          ? compiled.then(named, (error: unknown) => Promise.reject(this.#failure("syntax", error)))
          : named(compiled);
      this.#compiled.set(name, module);
      return module;
    } catch (error) {
      throw this.#failure("syntax", error);
    }
  }

  #source(name: string, from: string): string {
    if (name.startsWith(innerPrefix)) {
      const owner = name.slice(innerPrefix.length);
      const quoted = JSON.stringify(owner);
      return `const h=globalThis.${hiddenGlobal};export const meta=h.meta(${quoted},${owner === this.#main}),load=(s)=>h.load(${quoted},s);`;
    }
    const file = this.#files.get(name);
    if (!file) throw new LoadFailure("missing", `cannot find module "${name}"`, { module: from });
    switch (file.type) {
      case "esm":
        return text.decode(file.bytes);
      case "text":
        return `export default ${JSON.stringify(text.decode(file.bytes))};`;
      case "json":
        return `export default JSON.parse(${JSON.stringify(text.decode(file.bytes))});`;
      case "wasm":
        return `export default globalThis.${hiddenGlobal}.wasm(${JSON.stringify(name)});`;
      case "data":
        return `export default globalThis.${hiddenGlobal}.data(${JSON.stringify(name)});`;
    }
  }

  #failure(kind: "syntax" | "threw", error: unknown): unknown {
    if (error instanceof LoadFailure || !(error instanceof Error) || this.#isolate.isDisposed) return error;
    const { message, place } = locate(error, (name) => this.#files.has(name));
    return new LoadFailure(kind, message, place);
  }

  /** Turns what evaluation threw into a LoadFailure with its place. */
  evaluationFailure(error: unknown): unknown {
    return this.#failure("threw", error);
  }
}
