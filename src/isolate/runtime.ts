import ivm from "isolated-vm";
import { type GuestEntries, guestEntryNames, type HostOps, hostOpNames } from "../../runtime-api/ops.ts";

/** The guest's entry points, held by the host. */
export type EntryReferences = {
  readonly [Name in keyof GuestEntries]: ivm.Reference<GuestEntries[Name]>;
};

/**
 * The runtime API, compiled once a process; later isolates start from V8's code cache (1.1 ms
 * instead of 7.2 ms for 300 KB; a snapshot is no faster and takes as much memory).
 */
export class Runtime {
  readonly #source: string;
  readonly #cache: ivm.ExternalCopy<ArrayBuffer>;

  constructor(source: string) {
    this.#source = source;
    const isolate = new ivm.Isolate({ memoryLimit: 32 });
    const options = { filename: "islet:runtime", produceCachedData: true } as const;
    // The typings leave out what produceCachedData adds.
    const script: ivm.Script & { cachedData?: ivm.ExternalCopy<ArrayBuffer> } = isolate.compileScriptSync(
      source,
      options,
    );
    if (!script.cachedData) throw new Error("V8 gave no code cache for the runtime script");
    this.#cache = script.cachedData;
    isolate.dispose();
  }

  /** Runs the runtime in a fresh context and connects `ops` to it. */
  boot(isolate: ivm.Isolate, context: ivm.Context, ops: HostOps): EntryReferences {
    const script = isolate.compileScriptSync(this.#source, { filename: "islet:runtime", cachedData: this.#cache });
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
    return references;
  }
}
