import { TextDecoder as NodeTextDecoder } from "node:util";
import { requireBytes, requireText } from "./op-arguments.ts";

const encoder = new TextEncoder();
const decoders = new Map<string, NodeTextDecoder>();

export function encodeUtf8(text: string): Uint8Array {
  requireText(text);
  return encoder.encode(text);
}

/** Undefined for bytes that are not valid when `fatal`, and for an unknown label. */
export function decode(label: string, fatal: boolean, ignoreBom: boolean, bytes: Uint8Array): string | undefined {
  requireText(label);
  requireBytes(bytes);
  const key = `${label}/${fatal === true}/${ignoreBom === true}`;
  let decoder = decoders.get(key);
  try {
    if (!decoder) {
      // Only canonical names, of which there are few: decoders are kept.
      if (encodingName(label) !== label) return undefined;
      decoder = new NodeTextDecoder(label, { fatal: fatal === true, ignoreBOM: ignoreBom === true });
      decoders.set(key, decoder);
    }
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

export function encodingName(label: string): string | undefined {
  requireText(label);
  try {
    return new NodeTextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
