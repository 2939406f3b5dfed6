import { current, setCurrent } from "./current.ts";
import { describeError } from "./describe-error.ts";
import { installGlobals } from "./globals.ts";
import { abort, configure, invoke } from "./handler.ts";
import { hardenGlobals } from "./harden.ts";
import { connectHost, host } from "./host.ts";
import { fetchModule, hostBodyModule, outgoingModule } from "./lazy.ts";
import { hidden, importFailed } from "./modules.ts";
import { type Boot, type GuestEntries, hiddenGlobal } from "./ops.ts";
import { fireTimer } from "./timers.ts";

const { apply } = Reflect;

/** An entry that logs what a tenant's code makes it throw, since the host must never see that. */
function guarded<A extends unknown[]>(entry: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      apply(entry, undefined, args);
    } catch (error) {
      const { message, stack } = describeError(error);
      host.log(current, "error", stack === "" ? message : stack);
    }
  };
}

export const boot: Boot = (...ops) => {
  connectHost(ops);
  setCurrent(0);
  hardenGlobals();
  installGlobals();
  Object.defineProperty(globalThis, hiddenGlobal, { value: hidden });
  const entries: GuestEntries = {
    configure,
    invoke,
    abort: guarded(abort),
    chunk: guarded((stream, bytes) => hostBodyModule().chunk(stream, bytes)),
    end: guarded((stream) => hostBodyModule().end(stream)),
    streamError: guarded((stream, message) => hostBodyModule().streamError(stream, message)),
    drained: guarded((stream) => outgoingModule().drained(stream)),
    stopped: guarded((stream) => outgoingModule().stopped(stream)),
    fetched: guarded((...answer) => fetchModule().fetched(...answer)),
    fetchFailed: guarded((exchange, message) => fetchModule().fetchFailed(exchange, message)),
    timer: guarded(fireTimer),
    importFailed: guarded(importFailed),
  };
  return entries;
};
