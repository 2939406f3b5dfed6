import { Transform } from "node:stream";
import { IsletError } from "../core/errors.ts";

/** The request that a body belongs to; it is cancelled when more comes than it may have. */
export interface BodyReader {
  cancel(reason: IsletError): void;
}

/** Lets through what comes, up to a number of bytes. */
export function limited(limitBytes: number, reader: BodyReader): Transform {
  let used = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      used += chunk.length;
      if (used <= limitBytes) {
        callback(null, chunk);
        return;
      }
      const error = tooLarge(limitBytes);
      // Before the function hears of it: this is the client's fault and not the function's.
      reader.cancel(error);
      callback(error);
    },
  });
  // Whoever reads it listens; an error that comes when nobody does any more must not end the process.
  stream.on("error", () => undefined);
  return stream;
}

export function tooLarge(limitBytes: number): IsletError {
  return new IsletError("body_too_large", `the request body has more than ${limitBytes} bytes`);
}
