import ivm from "isolated-vm";
import { onTestFinished } from "vitest";
import {
  type GuestEntries,
  glueModule,
  glueSource,
  guestEntryNames,
  hostOpNames,
  type IncomingBody,
  type OutgoingBody,
} from "../../runtime-api/ops.ts";
import type { RuntimeSource } from "../../src/core/messages.ts";
import { buildRuntimeSource } from "../../src/isolate/runtime-source.ts";
import { type Outcome, pairs, type TestHost, testHost } from "./host-ops.ts";

let runtimeSource: Promise<RuntimeSource> | undefined;

export interface GuestOptions {
  /** Source of the main module. */
  readonly main?: string;
  /** Sources of further modules, for static imports ("./name") and import(). */
  readonly modules?: Readonly<Record<string, string>>;
  /** Wasm and data modules. */
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GuestRequest {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** An async iterable is pulled chunk by chunk. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface Answer {
  readonly invocation: number;
  readonly status: number;
  readonly statusText: string;
  readonly headers: [string, string][];
  readonly bytes: Uint8Array;
  readonly text: string;
  /** As it crossed the bridge. */
  readonly crossed: Extract<Outcome, { kind: "response" }>;
}

/** The built runtime in a real isolate, with real host ops around it. */
export interface Guest {
  readonly host: TestHost;
  readonly entries: GuestEntries;
  /** What entries threw, such as rejections that nobody handled. */
  readonly thrown: unknown[];
  /** Runs the body of an async function inside and gives back what it returns, by way of JSON. */
  run(code: string): Promise<unknown>;
  /** The same for code that stands beside the modules, and sees what such code calls as `glue`. */
  runBeside(code: string): Promise<unknown>;
  /** Begins an invocation of the main module's fetch(); gives its id. */
  begin(url: string, request?: GuestRequest): number;
  outcome(invocation: number): Promise<Outcome>;
  /** The outcome, which must be a response, with its body read to the end. */
  answer(invocation: number): Promise<Answer>;
  /** `begin` and `answer`. */
  request(url: string, request?: GuestRequest): Promise<Answer>;
  finished(invocation: number): Promise<void>;
}

const importGlue = `import * as glue from ${JSON.stringify(glueModule)};`;

const idle = "export default { fetch() { return new Response(null, { status: 204 }); } };";

/** A guest that lives until the test that asked for it ends. */
export async function guest(options: GuestOptions = {}): Promise<Guest> {
  runtimeSource ??= buildRuntimeSource();
  const source = await runtimeSource;
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  let ended = false;
  onTestFinished(() => {
    ended = true;
    isolate.dispose();
  });
  const context = isolate.createContextSync();
  const thrown: unknown[] = [];

  const references: Record<string, ivm.Reference> = {};
  const entries = Object.fromEntries(
    guestEntryNames.map((name) => [
      name,
      (...args: unknown[]) => {
        if (ended) return;
        try {
          references[name]?.applySync(undefined, args, { arguments: { copy: true } });
        } catch (error) {
          thrown.push(error);
        }
      },
    ]),
  ) as unknown as GuestEntries;

  const compiled = new Map<string, ivm.Module>();
  const resolve = (specifier: string): ivm.Module => {
    if (specifier === glueModule) return glue;
    const name = specifier.replace(/^\.\//, "");
    const text = name === "main" ? (options.main ?? idle) : options.modules?.[name];
    if (text === undefined) throw new Error(`no module ${name}`);
    const known = compiled.get(name) ?? isolate.compileModuleSync(text, { filename: `file:///${name}` });
    compiled.set(name, known);
    return known;
  };
  const evaluate = (text: string): void => {
    const module = isolate.compileModuleSync(text);
    module.instantiateSync(context, resolve);
    module.evaluateSync();
  };
  const host = testHost(entries, {
    bytes: options.bytes ?? {},
    parts: source.parts,
    importModule(id, name) {
      if (ended) return;
      try {
        evaluate(`${importGlue} import * as it from ${JSON.stringify(name)}; glue.imported(${id}, it);`);
      } catch (error) {
        entries.importFailed(id, error instanceof Error ? error.message : String(error));
      }
    },
  });

  const callbacks = hostOpNames.map((name) => {
    const op = host.ops[name] as (...args: unknown[]) => unknown;
    return new ivm.Callback((...args: unknown[]) => {
      host.calls.push(name);
      return op(...args);
    });
  });
  const boot: ivm.Reference = isolate.compileScriptSync(source.core).runSync(context, { reference: true });
  const table: ivm.Reference = boot.applySync(undefined, callbacks, { result: { reference: true } });
  for (const name of guestEntryNames) references[name] = table.getSync(name, { reference: true });
  const glue = isolate.compileModuleSync(glueSource, { filename: glueModule });
  glue.instantiateSync(context, resolve);
  glue.evaluateSync();
  entries.configure(JSON.stringify(options.env ?? {}), 1_000);
  evaluate(`${importGlue} import * as it from "main"; glue.loaded(it);`);

  const runs = new Map<number, PromiseWithResolvers<unknown>>();
  context.global.setSync(
    "settleRun",
    new ivm.Callback((id: number, fulfilled: boolean, text: string | undefined) => {
      const run = runs.get(id);
      if (fulfilled) run?.resolve(text === undefined ? undefined : JSON.parse(text));
      else run?.reject(new Error(text));
    }),
  );

  const watchers = new Set<() => void>();
  host.onProgress = () => {
    for (const watcher of watchers) watcher();
  };
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((settle) => {
      const watcher = (): void => {
        const found = look();
        if (found === undefined) return;
        watchers.delete(watcher);
        settle(found);
      };
      watchers.add(watcher);
      watcher();
    });

  const running = (code: string, start: (source: string) => void): Promise<unknown> => {
    const id = host.nextId();
    const run = Promise.withResolvers<unknown>();
    runs.set(id, run);
    start(`(async () => { ${code} \n})().then(
      (value) => settleRun(${id}, true, JSON.stringify(value)),
      (error) => settleRun(${id}, false, error instanceof Error ? error.stack : String(error)));`);
    return run.promise;
  };

  const self: Guest = {
    host,
    entries,
    thrown,
    run: (code) => running(code, (source) => void isolate.compileScriptSync(source).runSync(context)),
    runBeside: (code) => running(code, (source) => evaluate(`${importGlue} ${source}`)),
    begin(url, request = {}) {
      const invocation = host.nextId();
      let body: IncomingBody = null;
      if (typeof request.body === "string" || request.body instanceof Uint8Array) body = request.body;
      else if (request.body) {
        host.streams.provide(invocation, request.body);
        body = true;
      }
      entries.invoke(invocation, request.method ?? "GET", url, (request.headers ?? []).flat().join("\n"), body);
      return invocation;
    },
    outcome: (invocation) => until(() => host.outcomes.get(invocation)),
    async answer(invocation) {
      const outcome = await self.outcome(invocation);
      if (outcome.kind === "failure") throw new Error(`${outcome.failure}: ${outcome.stack || outcome.message}`);
      const { status, statusText, headers, body } = outcome;
      const bytes = await readBody(host, invocation, body);
      const text = new TextDecoder().decode(bytes);
      return { invocation, status, statusText, headers: pairs(headers), bytes, text, crossed: outcome };
    },
    request: (url, request) => self.answer(self.begin(url, request)),
    async finished(invocation) {
      await until(() => host.finished.has(invocation) || undefined);
    },
  };
  return self;
}

async function readBody(host: TestHost, invocation: number, body: OutgoingBody): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const chunks = await Array.fromAsync(
    body === true ? host.streams.received(invocation) : host.streams.toReadable(body),
  );
  return Buffer.concat(chunks);
}
