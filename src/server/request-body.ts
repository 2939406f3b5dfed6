import type { IncomingMessage } from "node:http";
import { IsletError } from "../core/errors.ts";
import { noBody, type RequestBody } from "../core/invocation.ts";
import { type BodyReader, limited, tooLarge } from "./body-limit.ts";

/** Bodies up to this size are read before the function runs; longer ones stream as it reads them. */
const wholeBytes = 64 * 1024;

/** Whom a body is for. */
interface Receiver extends BodyReader {
  onCancel(listener: (reason: IsletError) => void): void;
}

/**
 * The body of a client's request. `receiver` is cancelled when more comes than it may have; a body that is read whole
 * is given up when its receiver is cancelled.
 * @throws IsletError body_too_large when its declared length is over the limit.
 */
export function requestBody(
  incoming: IncomingMessage,
  limitBytes: number,
  receiver: Receiver,
): RequestBody | Promise<RequestBody> {
  const { "content-length": declared, "transfer-encoding": coding } = incoming.headers;
  if (coding !== undefined) return streamed(incoming, limitBytes, receiver);
  if (declared === undefined || declared === "0") return noBody;
  const length = Number(declared);
  if (length > limitBytes) throw tooLarge(limitBytes);
  return length <= wholeBytes ? whole(incoming, length, receiver) : streamed(incoming, limitBytes, receiver);
}

function whole(incoming: IncomingMessage, length: number, receiver: Receiver): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    receiver.onCancel(reject);
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

function streamed(incoming: IncomingMessage, limitBytes: number, receiver: BodyReader): RequestBody {
  let opened = false;
  return {
    kind: "stream",
    opened: () => opened,
    open: () => {
      opened = true;
      const body = limited(limitBytes, receiver);
      // The connection's next request comes after what nobody has read of this one.
      body.once("close", () => {
        incoming.unpipe(body);
        incoming.resume();
      });
      incoming.once("close", () => {
        if (!incoming.complete) body.destroy(new Error("the client closed the connection while it sent the body"));
      });
      incoming.once("error", (error) => body.destroy(error));
      return incoming.pipe(body);
    },
  };
}
