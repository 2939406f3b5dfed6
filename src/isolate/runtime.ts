import ivm from "isolated-vm";
import {
  type GuestEntries,
  glueModule,
  glueSource,
  guestEntryNames,
  type HostOps,
  hostOpNames,
} from "../../runtime-api/ops.ts";
import type { RuntimeSource } from "../core/messages.ts";
import { Bridge } from "./bridge.ts";
import { type CachedSource, cachedDataOf } from "./code-cache.ts";

const filename = "islet:runtime";

/** What most functions do. */
const usual = `
  const request = new Request("http://localhost/a?b=c", { method: "POST", headers: { accept: "*/*" }, body: "{}" });
  const { pathname, searchParams } = new URL(request.url);
  searchParams.get("b");
  request.headers.get("accept");
  request.json().then((value) => Response.json(value, { status: 201, headers: { "x-path": pathname } }));
  new Response("text", { headers: new Headers([["content-type", "text/plain"]]) }).text();
`;

/** The guest's entry points, held by the host. */
export type EntryReferences = {
  readonly [Name in keyof GuestEntries]: ivm.Reference<GuestEntries[Name]>;
};

export interface Booted {
  readonly entries: EntryReferences;
  /** What the code that Islet generates beside a tenant's modules imports; see ModuleGraph. */
  readonly glue: ivm.Module;
}

/**
 * The runtime API, compiled once a process; later isolates start from V8's code cache (1.1 ms
 * instead of 7.2 ms for 300 KB; of a snapshot see docs/decisions/0003 and 0044).
 */
export class Runtime {
  readonly #source: string;
  readonly #cache: ivm.ExternalCopy<ArrayBuffer>;
  readonly #parts: ReadonlyMap<string, CachedSource>;
  readonly #node: ReadonlyMap<string, CachedSource>;

  constructor({ core: source, parts, node }: RuntimeSource) {
    this.#source = source;
    this.#parts = uncompiled(parts);
    this.#node = uncompiled(node);
    const isolate = new ivm.Isolate({ memoryLimit: 32 });
    // V8 compiles a function when it is called first, and finds this script again when it is given the
    // same source. So the cache has what this start compiles: one from it takes 3.5 ms instead of 5.4,
    // and the first request of a function that uses URL and Headers 1.0 ms instead of 1.5.
    const context = isolate.createContextSync();
    this.#start(isolate.compileScriptSync(source, { filename }), context, new Bridge(this).ops);
    context.evalSync(usual);
    this.#cache = codeCacheOf(isolate, source);
    isolate.dispose();
  }

  /** Source of a part, for a guest that has to evaluate it by itself. */
  partSource(name: string): string | undefined {
    return this.#parts.get(name)?.source;
  }

  /**
   * Compiles a part and hands it to the guest that asks for it, in the midst of whose entry this is: only on the
   * thread that the isolate is entered on. With V8's code cache, which the first guest of the process leaves, a part
   * takes a third of the time.
   */
  handPart(name: string, isolate: ivm.Isolate, context: ivm.Context, entries: EntryReferences): boolean {
    const part = this.#parts.get(name);
    if (!part) return false;
    const { source, cache } = part;
    const script = isolate.compileScriptSync(source, cache ? { filename, cachedData: cache } : { filename });
    const run = script.runSync(context, { reference: true }) as ivm.Reference<(...args: unknown[]) => void>;
    entries.part.applySync(undefined, [run.derefInto()]);
    run.release();
    script.release();
    part.cache ??= codeCacheOf(isolate, source);
    return true;
  }

  /** A module of Node's, by its name without "node:". Undefined when isolates have none of that name. */
  nodeModule(name: string): CachedSource | undefined {
    return this.#node.get(name);
  }

  compile(isolate: ivm.Isolate): ivm.Script {
    return isolate.compileScriptSync(this.#source, { filename, cachedData: this.#cache });
  }

  /** Runs what `compile` gave for this isolate in a fresh context of it and connects `ops` to it. */
  boot(script: ivm.Script, isolate: ivm.Isolate, context: ivm.Context, ops: HostOps): Booted {
    return { entries: this.#start(script, context, ops), glue: takeGlue(isolate, context) };
  }

  #start(script: ivm.Script, context: ivm.Context, ops: HostOps): EntryReferences {
    const boot = script.runSync(context, { reference: true }) as ivm.Reference<(...ops: unknown[]) => GuestEntries>;
    const callbacks = hostOpNames.map((name) => new ivm.Callback(ops[name] as (...args: unknown[]) => unknown));
    const entries = boot.applySync(undefined, callbacks, {
      result: { reference: true },
    }) as ivm.Reference<GuestEntries>;
    const references = Object.fromEntries(
      guestEntryNames.map((name) => [name, entries.getSync(name, { reference: true })]),
    ) as unknown as EntryReferences;
    entries.release();
    boot.release();
    script.release();
    // Compiles what the first request would else wait for. Nobody hears of it: no tenant is connected.
    references.invoke.applySync(undefined, [0, "GET", "http://localhost/", "", null]);
    context.evalSync("new Response('')");
    return references;
  }
}

function uncompiled(sources: Readonly<Record<string, string>>): ReadonlyMap<string, CachedSource> {
  return new Map(Object.entries(sources).map(([name, source]) => [name, { source, cache: undefined }]));
}

/** Of a script that this isolate has compiled before, with what has been compiled of it since. */
function codeCacheOf(isolate: ivm.Isolate, source: string): ivm.ExternalCopy<ArrayBuffer> {
  const script = isolate.compileScriptSync(source, { filename, produceCachedData: true });
  const cache = cachedDataOf(script);
  script.release();
  return cache;
}

function takeGlue(isolate: ivm.Isolate, context: ivm.Context): ivm.Module {
  const glue = isolate.compileModuleSync(glueSource, { filename: glueModule });
  glue.instantiateSync(context, (specifier) => {
    throw new Error(`the glue imports ${specifier}`);
  });
  glue.evaluateSync();
  return glue;
}
