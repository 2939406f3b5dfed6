import { pipeline, type Readable } from "node:stream";
import { noBody, type RequestBody } from "../core/invocation.ts";
import { type BodyReader, limited, tooLarge } from "./body-limit.ts";

/**
 * The body of a request that came from a function of this server.
 * @throws IsletError body_too_large.
 */
export function localBody(body: Readable | Uint8Array | null, limitBytes: number, reader: BodyReader): RequestBody {
  if (body === null) return noBody;
  if (!("pipe" in body)) {
    if (body.byteLength > limitBytes) throw tooLarge(limitBytes);
    return { kind: "bytes", bytes: body };
  }
  let opened = false;
  return {
    kind: "stream",
    opened: () => opened,
    open: () => {
      opened = true;
      // An error reaches whoever reads the limited body; here nobody is left to be told.
      return pipeline(body, limited(limitBytes, reader), () => undefined);
    },
  };
}
