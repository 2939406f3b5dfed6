import ivm from "isolated-vm";

/** A value on its way into an isolate: strings and numbers cross as they are; bytes need a copy of their own. */
export function crossing<T>(value: T): Exclude<T, Uint8Array> | ivm.Copy<Uint8Array> {
  if (value instanceof Uint8Array) {
    // A view would cross with all of the buffer behind it, which may hold what other tenants sent.
    const bytes: Uint8Array = value.byteLength === value.buffer.byteLength ? value : Uint8Array.from(value);
    return new ivm.ExternalCopy(bytes).copyInto({ release: true });
  }
  return value as Exclude<T, Uint8Array>;
}
