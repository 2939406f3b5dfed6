import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { IsletError } from "../core/errors.ts";
import { noBody, type RequestBody } from "../core/invocation.ts";

/** Bodies up to this size are read before the function runs; longer ones stream as it reads them. */
const wholeBytes = 64 * 1024;

/**
 * The body of a client's request. `receiver` is cancelled when more comes than it may have.
 * @throws IsletError body_too_large when its declared length is over the limit.
 */
export function requestBody(
  incoming: IncomingMessage,
  limitBytes: number,
  receiver: { cancel(reason: IsletError): void },
): RequestBody | Promise<RequestBody> {
  const { "content-length": declared, "transfer-encoding": coding } = incoming.headers;
  if (coding !== undefined) return streamed(incoming, limitBytes, receiver);
  if (declared === undefined || declared === "0") return noBody;
  const length = Number(declared);
  if (length > limitBytes) throw tooLarge(limitBytes);
  return length <= wholeBytes ? whole(incoming, length) : streamed(incoming, limitBytes, receiver);
}

function whole(incoming: IncomingMessage, length: number): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.allocUnsafe(length);
    let used = 0;
    incoming.on("data", (chunk: Buffer) => {
      used += chunk.copy(bytes, used);
    });
    incoming.once("end", () => resolve({ kind: "bytes", bytes }));
    incoming.once("close", () => {
      if (!incoming.complete)
        reject(new IsletError("client_gone", "the client closed the connection while it sent the body"));
    });
    incoming.once("error", () =>
      reject(new IsletError("client_gone", "the client's connection broke while it sent the body")),
    );
  });
}

function streamed(
  incoming: IncomingMessage,
  limitBytes: number,
  receiver: { cancel(reason: IsletError): void },
): RequestBody {
  let opened = false;
  return {
    kind: "stream",
    opened: () => opened,
    open: () => {
      opened = true;
      let used = 0;
      const limited = new Transform({
        transform(chunk: Buffer, _encoding, callback) {
          used += chunk.length;
          if (used <= limitBytes) {
            callback(null, chunk);
            return;
          }
          const error = tooLarge(limitBytes);
          // Before the function hears of it: this is the client's fault and not the function's.
          receiver.cancel(error);
          callback(error);
        },
      });
      // Whoever reads it listens; an error that comes when nobody does any more must not end the process.
      limited.on("error", () => undefined);
      // The connection's next request comes after what nobody has read of this one.
      limited.once("close", () => {
        incoming.unpipe(limited);
        incoming.resume();
      });
      incoming.once("close", () => {
        if (!incoming.complete) limited.destroy(new Error("the client closed the connection while it sent the body"));
      });
      incoming.once("error", (error) => limited.destroy(error));
      return incoming.pipe(limited);
    },
  };
}

function tooLarge(limitBytes: number): IsletError {
  return new IsletError("body_too_large", `the request body has more than ${limitBytes} bytes`);
}
