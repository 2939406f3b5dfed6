import host from "islet:node";
import { Buffer } from "node:buffer";
import { bytesOf } from "./bytes-of.ts";
import { asymmetricKey, type HostKey } from "./key-object.ts";

interface Options {
  readonly padding?: number;
  readonly oaepHash?: string;
  readonly oaepLabel?: unknown;
}
type How = Parameters<typeof host.crypto<"node.crypt">>[1][0];

function crypting(how: How, type: "private" | "public") {
  return (key: unknown, data: unknown): Buffer => {
    const { padding, oaepHash, oaepLabel } = (key ?? {}) as Options;
    const options = {
      ...(padding !== undefined && { padding }),
      ...(oaepHash !== undefined && { oaepHash }),
      ...(oaepLabel !== undefined && { oaepLabel: new Uint8Array(bytesOf(oaepLabel, undefined)) }),
    };
    const bytes = new Uint8Array(bytesOf(data, undefined, "buffer"));
    return Buffer.from(host.crypto("node.crypt", [how, asymmetricKey(key, type), bytes, options]) as ArrayBuffer);
  };
}

export const publicEncrypt = crypting("publicEncrypt", "public");
export const privateDecrypt = crypting("privateDecrypt", "private");
export const privateEncrypt = crypting("privateEncrypt", "private");
export const publicDecrypt = crypting("publicDecrypt", "public");

interface Pair {
  readonly privateKey: unknown;
  readonly publicKey: unknown;
}

export function diffieHellman({ privateKey, publicKey }: Pair): Buffer {
  const keys: [HostKey, HostKey] = [asymmetricKey(privateKey, "private"), asymmetricKey(publicKey, "public")];
  return Buffer.from(host.crypto("node.diffieHellman", keys) as ArrayBuffer);
}
