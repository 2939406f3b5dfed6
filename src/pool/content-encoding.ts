import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

const decoders: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The decoders for a content-encoding, in the order in which they are to be applied; null if one is unknown. */
export function decodersFor(contentEncoding: string | undefined): (() => NodeJS.ReadWriteStream & Readable)[] | null {
  const names = (contentEncoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const found = names.map((name) => decoders[name]);
  return found.every((decoder) => decoder !== undefined) ? found.reverse() : null;
}

/** The plain content of an encoded body. Its errors are the body's or the decoder's. */
export function decoded(body: Readable, make: readonly (() => NodeJS.ReadWriteStream & Readable)[]): Readable {
  return make.reduce<Readable>((stream, create) => {
    const decoder = create();
    // The callback is what makes pipeline pass errors on without throwing them; readers see them on the decoder.
    pipeline(stream, decoder, () => undefined);
    return decoder;
  }, body);
}
