import { IsletError } from "../core/errors.ts";

/**
 * The whole body of a request. No more than `maxBytes` are ever held: a body that turns out longer is
 * given up at the first byte too many.
 * @throws IsletError upload_too_large.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new IsletError("upload_too_large", `The upload is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
