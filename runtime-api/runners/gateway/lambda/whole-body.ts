import type { Readable } from "node:stream";

export class TooLong extends Error {
  override readonly name = "TooLong";
}

/** @throws TooLong when there is more than that, all of which has been read then and is forgotten. */
export async function bytesOf(body: Readable, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += (piece as Buffer).length;
    // Read on: whoever sends does not look for an answer before the end.
    if (length <= most) pieces.push(piece as Buffer);
  }
  if (length > most) throw new TooLong(`the body has ${length} bytes, more than ${most}`);
  return Buffer.concat(pieces);
}
