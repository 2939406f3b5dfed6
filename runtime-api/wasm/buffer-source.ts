import { apply, Bytes, errors, isView, lengthOfBuffer, ofArray, ofDataView, tagOfArray } from "./intrinsics.ts";

/**
 * The bytes of a buffer or a view, alone in their buffer: a view crosses to the host with all that
 * is behind it. What is no buffer is never given to V8, so there is no way around this.
 */
export function bytesOf(source: unknown, where: string): Uint8Array {
  if (!isView(source)) {
    if (!isBuffer(source)) throw new errors.TypeError(`${where}: Argument 0 must be a buffer source`);
    return new Bytes(source as ArrayBuffer);
  }
  const get = apply(tagOfArray, source, []) === undefined ? ofDataView : ofArray;
  const buffer = apply(get.buffer, source, []) as ArrayBuffer;
  const length = apply(get.byteLength, source, []) as number;
  const view = new Bytes(buffer, apply(get.byteOffset, source, []) as number, length);
  return apply(lengthOfBuffer, buffer, []) === length ? view : new Bytes(view);
}

function isBuffer(source: unknown): boolean {
  try {
    apply(lengthOfBuffer, source, []);
    return true;
  } catch {
    return false;
  }
}
