import type ivm from "isolated-vm";
import { glueModule, nodeHostModuleName, requiredModuleName } from "../../runtime-api/ops.ts";
import { asyncHelpers, asyncSupport } from "../core/async-support.ts";
import type { Bundle, BundleModule } from "../core/deployment.ts";
import { nodeGlobalNames, nodeGlobals, nodeModuleOf } from "../core/node-modules.ts";
import { resolveSpecifier } from "../core/specifier.ts";
import { type CachedSource, compileOptions, keepCodeCache } from "./code-cache.ts";
import { LoadFailure, locate } from "./load-failure.ts";
import type { PreparedIsolate } from "./prepared-isolate.ts";
import { requiredModules } from "./required-modules.ts";

const innerPrefix = "islet:module/";
const asyncPrefix = asyncSupport("");
const nodePrefix = "node:";
/** Sources of what src/control/node-globals.ts adds imports of. */
const nodeSupport: ReadonlyMap<string, string> = new Map([
  ...nodeGlobalNames.map((name) => [`islet:global/${name}`, nodeGlobals[name].source] as const),
  ["islet:require", 'import{createRequire}from"node:module";export default createRequire();'],
]);
const entryOptions = { filename: "islet:entry" };
const importGlue = `import*as glue from${JSON.stringify(glueModule)};`;
const text = new TextDecoder("utf-8", { ignoreBOM: false });

type Compile = (source: string, options: ivm.CompileModuleOptions) => ivm.Module | Promise<ivm.Module>;

function entrySource(name: string, then: string): string {
  return `${importGlue}import*as ns from${JSON.stringify(name)};${then}`;
}

/**
 * The modules of one bundle inside one isolate. Uploads were rewritten so that `import.meta` and
 * `import()`, which isolated-vm lacks, come from a module `islet:module/<name>` that is made here.
 * What is made here, and nothing else, may import the runtime's glue.
 */
export class ModuleGraph {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #files = new Map<string, BundleModule>();
  readonly #compiled = new Map<string, ivm.Module | Promise<ivm.Module>>();
  readonly #names = new Map<ivm.Module, string>();
  readonly #glue: ivm.Module;
  /** Modules made here, which may have the glue. */
  readonly #made = new WeakSet<ivm.Module>();
  readonly #main: string;
  readonly #runtime: PreparedIsolate["runtime"];

  constructor({ isolate, context, glue, runtime }: PreparedIsolate, bundle: Bundle) {
    this.#runtime = runtime;
    this.#isolate = isolate;
    this.#context = context;
    this.#glue = glue;
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
   * Evaluates `name` with all it imports, then runs `then`, code that sees the namespace as `ns`, and `glue`.
   * Returns before that if a module awaits at its top level.
   * @throws LoadFailure for what does not compile, link or evaluate. What ends the isolate is thrown
   *   as isolated-vm throws it.
   */
  evaluate(name: string, then: string): void {
    const entry = this.#isolate.compileModuleSync(entrySource(this.#known(name), then), entryOptions);
    this.#made.add(entry);
    try {
      entry.instantiateSync(this.#context, (specifier, referrer) => {
        const compile: Compile = (source, options) => this.#isolate.compileModuleSync(source, options);
        return this.#resolve(specifier, referrer, compile) as ivm.Module;
      });
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    entry.evaluateSync();
  }

  /** The same on one of isolated-vm's threads. An isolate's modules are evaluated by the one or the other. */
  async evaluateOnThread(name: string, then: string): Promise<void> {
    const entry = await this.#isolate.compileModule(entrySource(this.#known(name), then), entryOptions);
    this.#made.add(entry);
    try {
      await entry.instantiate(this.#context, (specifier, referrer) => {
        const compile: Compile = (source, options) => this.#isolate.compileModule(source, options);
        return this.#resolve(specifier, referrer, compile);
      });
    } catch (error) {
      throw this.#failure("syntax", error);
    }
    await entry.evaluate();
  }

  #resolve(specifier: string, referrer: ivm.Module, compile: Compile): ivm.Module | Promise<ivm.Module> {
    // By who asks, whatever a bundle's modules are called or import.
    if (specifier === glueModule && this.#made.has(referrer)) return this.#glue;
    const from = this.#names.get(referrer);
    if (from === undefined) return this.#compile(specifier, specifier, compile);
    if (specifier === innerPrefix + from || specifier === asyncPrefix + from || nodeSupport.has(specifier)) {
      return this.#compile(specifier, from, compile);
    }
    const isOfNode =
      from === requiredModuleName || nodeSupport.has(from) || (from.startsWith(nodePrefix) && !this.#files.has(from));
    if (isOfNode && (specifier === nodeHostModuleName || specifier === requiredModuleName)) {
      return this.#compile(specifier, from, compile);
    }
    const name = isOfNode ? specifier : this.#nameOf(specifier, from);
    if (name === null) throw new LoadFailure("missing", `cannot find module "${specifier}"`, { module: from });
    return this.#compile(name, from, compile);
  }

  /** The bundle's own modules come first. */
  #nameOf(specifier: string, from: string): string | null {
    const own = resolveSpecifier(specifier, from, (candidate) => this.#files.has(candidate));
    if (own !== null) return own;
    const ofNode = nodeModuleOf(specifier);
    return ofNode && nodePrefix + ofNode;
  }

  #compile(name: string, from: string, compile: Compile): ivm.Module | Promise<ivm.Module> {
    const known = this.#compiled.get(name);
    if (known) return known;
    const part = this.#partOfNode(name);
    const named = (module: ivm.Module) => {
      if (part) keepCodeCache(part, module);
      this.#names.set(module, name);
      if (this.#isMade(name)) this.#made.add(module);
      return module;
    };
    try {
      const compiled = part
        ? compile(part.source, compileOptions(name, part))
        : compile(this.#source(name, from), { filename: name });
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
      return `${importGlue}export const meta=glue.meta(${quoted},${owner === this.#main}),load=(s)=>glue.load(${quoted},s);`;
    }
    if (name.startsWith(asyncPrefix)) {
      return `${importGlue}const support=glue.asyncSupport();export const{${asyncHelpers.join()}}=support;`;
    }
    if (name === nodeHostModuleName) return `${importGlue}export default glue.node();`;
    if (name === requiredModuleName) return requiredModules(this.#files.values());
    const support = nodeSupport.get(name);
    if (support !== undefined) return support;
    const file = this.#require(name, from);
    switch (file.type) {
      case "esm":
        return text.decode(file.bytes);
      case "text":
        return `export default ${JSON.stringify(text.decode(file.bytes))};`;
      case "json":
        return `export default JSON.parse(${JSON.stringify(text.decode(file.bytes))});`;
      case "wasm":
        return `${importGlue}export default glue.wasm(${JSON.stringify(name)});`;
      case "data":
        return `${importGlue}export default glue.data(${JSON.stringify(name)});`;
    }
  }

  #partOfNode(name: string): CachedSource | undefined {
    if (!name.startsWith(nodePrefix) || this.#files.has(name)) return undefined;
    return this.#runtime.nodeModule(name.slice(nodePrefix.length));
  }

  /** @throws LoadFailure when neither the bundle nor the runtime has a module of that name. */
  #known(name: string): string {
    const known = this.#nameOf(name, "");
    if (known === null) throw new LoadFailure("missing", `cannot find module "${name}"`, { module: name });
    return known;
  }

  #require(name: string, from: string): BundleModule {
    const file = this.#files.get(name);
    if (!file) throw new LoadFailure("missing", `cannot find module "${name}"`, { module: from });
    return file;
  }

  /** Whether the whole source of this module is made here, with nothing of the tenant's in it but names. */
  #isMade(name: string): boolean {
    const type = this.#files.get(name)?.type;
    if (type === undefined)
      return name.startsWith(innerPrefix) || name.startsWith(asyncPrefix) || name === nodeHostModuleName;
    return type === "wasm" || type === "data";
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
