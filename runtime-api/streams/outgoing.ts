import { asyncContext } from "../async-context/frame.ts";
import { setCurrent } from "../current.ts";
import { describeError } from "../describe-error.ts";
import { host } from "../host.ts";
import { domExceptionModule } from "../lazy.ts";
import { SafeMap } from "../tamper-proof.ts";
import { crossable } from "../webidl.ts";
import { notBytes } from "./body-streams.ts";
import type { ReadableStream, ReadableStreamDefaultReader } from "./lazy-streams.ts";

/** A tenant's stream on its way to the host. */
interface Pump {
  readonly invocation: number;
  readonly reader: ReadableStreamDefaultReader;
  stopped: boolean;
  wake: () => void;
}

/** By the id under which the host gets the body. */
const pumps = new SafeMap<number, Pump>();

const nothing = (): void => undefined;

/**
 * Writes a whole stream to the host and closes it there. Rejects with what broke the stream, after
 * the host has been told.
 */
export async function pump(stream: ReadableStream, id: number, invocation: number): Promise<void> {
  const { frame } = asyncContext;
  const reader = stream.getReader();
  const self: Pump = { invocation, reader, stopped: false, wake: nothing };
  pumps.set(id, self);
  try {
    for (;;) {
      // What gives the stream its chunks is called here.
      asyncContext.frame = frame;
      const { done, value } = await reader.read();
      if (self.stopped) return;
      if (done) break;
      if (!(value instanceof Uint8Array)) throw notBytes(value);
      if (value.length > 0 && !host.write(id, crossable(value))) {
        await new Promise<void>((resolve) => {
          self.wake = resolve;
        });
        if (self.stopped) return;
      }
    }
    host.close(id);
  } catch (error) {
    if (self.stopped) return;
    host.abort(id, describeError(error).message);
    reader.cancel(error).catch(nothing);
    throw error;
  } finally {
    pumps.delete(id);
  }
}

/** The host's entry: it takes more again. */
export function drained(id: number): void {
  const found = pumps.get(id);
  if (!found) return;
  setCurrent(found.invocation);
  found.wake();
}

/** The host's entry: its receiver has gone, or has had enough. */
export function stopped(id: number): void {
  const found = pumps.get(id);
  if (!found) return;
  setCurrent(found.invocation);
  stopPump(id, new (domExceptionModule().DOMException)("nobody reads this body any more", "AbortError"));
}

/** Nobody wants this body any more: cancels the tenant's stream. Does nothing when it is over. */
export function stopPump(id: number, reason: unknown): void {
  const found = pumps.get(id);
  if (!found || found.stopped) return;
  found.stopped = true;
  found.wake();
  found.reader.cancel(reason).catch(nothing);
}
