import { Buffer } from "node:buffer";
import { wrongType } from "./node-error.ts";

/** Bytes of what Node's functions take for data; a view of them, unless it is a text. */
export function bytesOf(data: unknown, encoding: string | undefined, name = "data"): Uint8Array {
  if (typeof data === "string") return Buffer.from(data, (encoding === "buffer" ? undefined : encoding) as "utf8");
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw wrongType(name, "string or an instance of Buffer, TypedArray, or DataView", data);
}

/** As an `outputEncoding` says: bytes without one. */
export function encoded(bytes: ArrayBuffer | Uint8Array, encoding: string | undefined): Buffer | string {
  const buffer = bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.from(bytes);
  return encoding === undefined || encoding === "buffer" ? buffer : buffer.toString(encoding as "hex");
}
