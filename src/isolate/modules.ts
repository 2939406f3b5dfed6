import type ivm from "isolated-vm";
import { hiddenGlobal } from "../../runtime-api/ops.ts";
import type { Bundle, BundleModule } from "../core/deployment.ts";
import { resolveSpecifier } from "../core/specifier.ts";
import { LoadFailure, locate } from "./load-failure.ts";

const innerPrefix = "islet:module/";
const text = new TextDecoder("utf-8", { ignoreBOM: false });

/**
 * The modules of one bundle inside one isolate. Uploads were rewritten so that `import.meta` and
 * `import()`, which isolated-vm lacks, come from a module `islet:module/<name>` that is made here.
 */
export class ModuleGraph {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #files = new Map<string, BundleModule>();
  readonly #compiled = new Map<string, ivm.Module>();
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
   * @throws LoadFailure for what does not compile, link or evaluate. Time-outs and a disposed
   *   isolate are thrown as isolated-vm throws them.
   */
  evaluate(name: string, then: string, timeoutMs: number): void {
    const entry = this.#isolate.compileModuleSync(`import * as ns from ${JSON.stringify(name)};${then}`, {
      filename: "islet:entry",
    });
    try {
      entry.instantiateSync(this.#context, (specifier, referrer) => this.#resolve(specifier, referrer));
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    entry.evaluateSync({ timeout: timeoutMs });
  }

  #resolve(specifier: string, referrer: ivm.Module): ivm.Module {
    const from = this.#names.get(referrer);
    if (from === undefined) return this.#compile(specifier, specifier);
    if (specifier.startsWith(innerPrefix)) return this.#compile(specifier, from);
    const name = resolveSpecifier(specifier, from, (candidate) => this.#files.has(candidate));
    if (name === null) throw new LoadFailure("missing", `cannot find module "${specifier}"`, { module: from });
    return this.#compile(name, from);
  }

  #compile(name: string, from: string): ivm.Module {
    const known = this.#compiled.get(name);
    if (known) return known;
    let module: ivm.Module;
    try {
      module = this.#isolate.compileModuleSync(this.#source(name, from), { filename: name });
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    this.#compiled.set(name, module);
    this.#names.set(module, name);
    return module;
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
