import { TextDecoder as NodeTextDecoder } from "node:util";

const encoder = new TextEncoder();
const decoders = new Map<string, NodeTextDecoder>();

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Undefined for bytes that are not valid when `fatal`, and for an unknown label. */
export function decode(label: string, fatal: boolean, ignoreBom: boolean, bytes: Uint8Array): string | undefined {
  const key = `${label}/${fatal}/${ignoreBom}`;
  let decoder = decoders.get(key);
  try {
    if (!decoder) {
      decoder = new NodeTextDecoder(label, { fatal, ignoreBOM: ignoreBom });
      decoders.set(key, decoder);
    }
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

export function encodingName(label: string): string | undefined {
  try {
    return new NodeTextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
