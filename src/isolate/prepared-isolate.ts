import ivm from "isolated-vm";
import { Bridge } from "./bridge.ts";
import type { EntryReferences, Runtime } from "./runtime.ts";

/** An isolate with the runtime API loaded and no tenant yet. */
export interface PreparedIsolate {
  readonly isolate: ivm.Isolate;
  readonly context: ivm.Context;
  readonly entries: EntryReferences;
  readonly bridge: Bridge;
  readonly memoryMb: number;
}

/** Makes an isolate ready for a tenant: 3 to 4 ms, nearly all of a cold start. */
export function prepareIsolate(runtime: Runtime, memoryMb: number): PreparedIsolate {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMb });
  const context = isolate.createContextSync();
  const bridge = new Bridge();
  return { isolate, context, entries: runtime.boot(isolate, context, bridge.ops), bridge, memoryMb };
}
