import { type Import, init, type ParseError, parse } from "es-module-lexer";
import { transform } from "esbuild";
import type { Bundle, BundleModule, ModuleType } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { withEsbuild } from "../core/esbuild-service.ts";
import { isolatesLack, nodeModuleOf } from "../core/node-modules.ts";
import { resolveSpecifier } from "../core/specifier.ts";
import type { ContextCarrier } from "./async-context/carrier.ts";
import { NeedsContainer } from "./needs-container.ts";
import { usesNode, withNodeGlobals } from "./node-globals.ts";
import { rewrite } from "./rewrite.ts";
import { positionOf } from "./source-position.ts";

type ModuleTypes = ReadonlyMap<string, ModuleType>;

const encoder = new TextEncoder();

/** What an import may say about its module with `with { type: … }`. */
const attributeTypes = new Map<string, ModuleType>([
  ["json", "json"],
  ["text", "text"],
  ["bytes", "data"],
]);

/**
 * Turns an upload into what isolates load: every import is checked against the bundle, and what
 * isolated-vm lacks is written differently. Modules that are no ES modules stay as they are.
 * @throws IsletError module_syntax or module_not_found, with the place; NeedsContainer.
 */
export async function compileBundle(bundle: Bundle, carrier: ContextCarrier): Promise<Bundle> {
  await init();
  const types: ModuleTypes = new Map(bundle.modules.map((module) => [module.name, module.type]));
  let modules: BundleModule[] = [];
  let isForNode = false;
  for (const module of bundle.modules) {
    if (module.type === "json") await checkJson(module);
    if (module.type !== "esm") modules.push(module);
    else {
      const source = textOf(module);
      const imports = await lex(module.name, source);
      isForNode ||= usesNode(source, imports);
      modules.push({ ...module, bytes: encoder.encode(compileModule(module.name, source, imports, types)) });
    }
  }
  if (isForNode) modules = modules.map((module) => (module.type === "esm" ? forNode(module) : module));
  return { ...bundle, modules: usesAsyncHooks(modules) ? await carrying(modules, carrier) : modules };
}

/** However it is imported or required: its name stands somewhere between quotes. */
const asyncHooks = /["'`](?:node:)?async_hooks["'`]/;

function usesAsyncHooks(modules: readonly BundleModule[]): boolean {
  return modules.some((module) => module.type === "esm" && asyncHooks.test(textOf(module)));
}

async function carrying(modules: readonly BundleModule[], carrier: ContextCarrier): Promise<BundleModule[]> {
  const sources = modules.flatMap((module) => (module.type === "esm" ? [[module.name, textOf(module)] as const] : []));
  const carried = new Map(
    (await carrier.carry(sources)).map((source, index) => [sources[index]?.[0], source] as const),
  );
  return modules.map((module) => {
    const source = module.type === "esm" ? carried.get(module.name) : undefined;
    return source === undefined ? module : { ...module, bytes: encoder.encode(source) };
  });
}

function compileModule(name: string, source: string, imports: readonly Import[], types: ModuleTypes): string {
  for (const item of imports) checkImport(item, name, source, types);
  return rewrite(name, source, imports);
}

function forNode(module: BundleModule): BundleModule {
  return { ...module, bytes: encoder.encode(withNodeGlobals(textOf(module))) };
}

function textOf(module: BundleModule): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(module.bytes);
  } catch (error) {
    throw unreadable(module.name, "UTF-8", error);
  }
}

async function lex(name: string, source: string): Promise<readonly Import[]> {
  try {
    return parse(source)[0];
  } catch (error) {
    throw (await syntaxError(name, source, "js")) ?? lexerError(name, source, error);
  }
}

/** For nested blocks esbuild's parser takes time without end, and all it has to do is to explain an error. */
const explainMs = 2_000;

/** The lexer only knows that something is unbalanced, JSON.parse only what; esbuild's parser knows what and where. */
async function syntaxError(name: string, source: string, loader: "js" | "json"): Promise<IsletError | null> {
  try {
    await withEsbuild(() => inTime(transform(source, { loader, format: "esm", target: "esnext", logLevel: "silent" })));
    return null;
  } catch (error) {
    const [first] =
      (error as { errors?: { text: string; location: { line: number; column: number; lineText: string } | null }[] })
        .errors ?? [];
    if (!first?.location) return null;
    const { line, column, lineText } = first.location;
    // esbuild counts a column's bytes.
    const before = Buffer.from(lineText).subarray(0, column).toString();
    return new IsletError("module_syntax", first.text, {
      place: { module: name, line, column: before.length + 1 },
      cause: error,
    });
  }
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("esbuild took too long")), explainMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function unreadable(name: string, as: string, cause: unknown): IsletError {
  return new IsletError("module_syntax", `${name} is not valid ${as}.`, { place: { module: name }, cause });
}

function lexerError(name: string, source: string, error: unknown): IsletError {
  const place = { module: name, ...positionOf(source, (error as ParseError).idx ?? 0) };
  return new IsletError("module_syntax", "The module cannot be read as JavaScript.", { place, cause: error });
}

function checkImport(item: Import, from: string, source: string, types: ModuleTypes): void {
  if (item.type === "import-meta") return;
  // TypeScript's type-only imports are a syntax error for V8, which says so better.
  if (item.type !== "dynamic" && item.typeOnly) return;
  const place = () => ({ module: from, ...positionOf(source, item.start) });
  const problem = (code: "module_syntax" | "module_not_found", message: string) =>
    new IsletError(code, message, { place: place() });
  if (item.phase !== null) {
    throw problem("module_syntax", `The ${item.phase} phase of imports is not supported; import the module itself.`);
  }
  if (item.specifier === undefined || (item.type === "dynamic" && item.glob)) return;
  const specifier = item.specifier;
  const name = resolveSpecifier(specifier, from, (candidate) => types.has(candidate));
  if (name === null) {
    if (nodeModuleOf(specifier) !== null) return;
    const quoted = JSON.stringify(specifier);
    if (isolatesLack(specifier)) {
      throw new NeedsContainer(`${from} imports ${quoted}, which isolates do not have`, place());
    }
    throw problem("module_not_found", `${from} imports ${quoted}, which is not in the bundle.`);
  }
  const found = types.get(name);
  for (const [key, value] of item.attributes ?? []) {
    if (key !== "type" || !attributeTypes.has(value)) {
      throw problem("module_syntax", `The import attribute ${key}: ${JSON.stringify(value)} is not supported.`);
    }
    if (attributeTypes.get(value) !== found) {
      throw problem("module_syntax", `${name} is imported as ${value}, but is ${found} in the bundle.`);
    }
  }
}

async function checkJson(module: BundleModule): Promise<void> {
  const text = textOf(module);
  try {
    JSON.parse(text);
  } catch (error) {
    throw (await syntaxError(module.name, text, "json")) ?? unreadable(module.name, "JSON", error);
  }
}
