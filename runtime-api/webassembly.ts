/**
 * V8 compiles in the background and settles the promises of WebAssembly.compile() and
 * instantiate() from a task that never runs in these isolates. The synchronous constructors work,
 * so the asynchronous forms are made of them.
 */

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Instance = { readonly exports: object };
type Module = object;

interface Source {
  arrayBuffer(): Promise<ArrayBuffer>;
  readonly headers: { get(name: string): string | null };
  readonly ok: boolean;
}

interface WebAssemblyNamespace {
  readonly Module: new (bytes: unknown) => Module;
  readonly Instance: new (module: Module, imports?: Imports) => Instance;
}

const namespace = (globalThis as unknown as { WebAssembly: WebAssemblyNamespace }).WebAssembly;
const { Module, Instance } = namespace;

async function compile(bytes: unknown): Promise<Module> {
  return new Module(bytes);
}

async function instantiate(
  source: unknown,
  imports?: Imports,
): Promise<Instance | { module: Module; instance: Instance }> {
  if (source instanceof Module) return new Instance(source, imports);
  const module = new Module(source);
  return { module, instance: new Instance(module, imports) };
}

async function readSource(source: Source | PromiseLike<Source>): Promise<ArrayBuffer> {
  const response = await source;
  const { Response } = globalThis as unknown as { Response: new () => Source };
  if (!(response instanceof Response)) throw new TypeError("WebAssembly: a Response is required");
  if (!response.ok) throw new TypeError("WebAssembly: the response's status is not ok");
  if (response.headers.get("content-type")?.toLowerCase() !== "application/wasm") {
    throw new TypeError("WebAssembly: the response's content-type is not application/wasm");
  }
  return response.arrayBuffer();
}

async function compileStreaming(source: Source | PromiseLike<Source>): Promise<Module> {
  return compile(await readSource(source));
}

async function instantiateStreaming(
  source: Source | PromiseLike<Source>,
  imports?: Imports,
): Promise<Instance | { module: Module; instance: Instance }> {
  return instantiate(await readSource(source), imports);
}

export function patchWebAssembly(): void {
  for (const method of [compile, instantiate, compileStreaming, instantiateStreaming]) {
    Object.defineProperty(namespace, method.name, {
      value: method,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
