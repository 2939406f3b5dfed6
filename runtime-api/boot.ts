import { asyncContext } from "./async-context/frame.ts";
import { beginEntry } from "./clock.ts";
import { setCurrent } from "./current.ts";
import { describeError } from "./describe-error.ts";
import { installGlobals } from "./globals.ts";
import { abort, configure, invoke } from "./handler.ts";
import { hardenGlobals } from "./harden.ts";
import { connectHost, host } from "./host.ts";
import {
  codecModule,
  cryptoCallsModule,
  fetchModule,
  hostBodyModule,
  outgoingModule,
  webAssemblyModule,
} from "./lazy.ts";
import { glue, importFailed } from "./modules.ts";
import { type Boot, type GuestEntries, glueHandover } from "./ops.ts";
import { handPart } from "./parts.ts";
import { fireTimer } from "./timers.ts";

const { apply } = Reflect;

/**
 * An entry that throws nothing. After one that throws, isolated-vm leaves microtasks behind that would
 * run in the next one, or whenever else the host comes near. What gets here is not an error of the
 * tenant's, which is caught where its code is called, but of the runtime's own, because the tenant has
 * replaced what that relies on; the request would wait for ever.
 */
function guarded<A extends unknown[]>(entry: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    beginEntry();
    asyncContext.frame = undefined;
    try {
      apply(entry, undefined, args);
    } catch (error) {
      const { message, stack } = describeError(error);
      host.entryThrew(message, stack);
    }
  };
}

export const boot: Boot = (...ops) => {
  connectHost(ops);
  setCurrent(0);
  hardenGlobals();
  installGlobals();
  Object.defineProperty(globalThis, glueHandover, { value: glue, configurable: true });
  const entries: GuestEntries = {
    configure: guarded(configure),
    invoke: guarded(invoke),
    abort: guarded(abort),
    chunk: guarded((stream, bytes) => hostBodyModule().chunk(stream, bytes)),
    end: guarded((stream) => hostBodyModule().end(stream)),
    streamError: guarded((stream, message) => hostBodyModule().streamError(stream, message)),
    drained: guarded((stream) => outgoingModule().drained(stream)),
    stopped: guarded((stream) => outgoingModule().stopped(stream)),
    fetched: guarded((...answer) => fetchModule().fetched(...answer)),
    fetchFailed: guarded((exchange, message) => fetchModule().fetchFailed(exchange, message)),
    timer: guarded(fireTimer),
    coded: guarded((codec, bytes, more) => codecModule().coded(codec, bytes, more)),
    codecFailed: guarded((codec, message) => codecModule().codecFailed(codec, message)),
    subtleDone: guarded((id, answer) => cryptoCallsModule().subtleDone(id, answer)),
    importFailed: guarded(importFailed),
    // Within an entry, whose time and invocation go on.
    part: handPart,
    measureWasm: guarded((afterCollection) => webAssemblyModule().measureWasm(afterCollection)),
  };
  return entries;
};
