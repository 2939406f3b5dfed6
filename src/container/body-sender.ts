import { pipeline, type Readable, Writable } from "node:stream";
import type { RunnerConnection } from "./runner-connection.ts";

const nothing = () => undefined;

/** Sends a request's body over its connection as it comes, which ends when it breaks off; `done` follows when all is sent. */
export function sendBody(body: Readable, connection: RunnerConnection, chunked: boolean, done: () => void): Writable {
  const sink = new Writable({
    write(piece: Buffer, _encoding, next) {
      if (connection.gone) return next(new Error("the container has no use for the body any more"));
      if (chunked) connection.send(`${piece.length.toString(16)}\r\n`, nothing);
      const roomy = connection.send(piece, next);
      if (chunked) connection.send("\r\n", nothing);
      if (roomy) next();
    },
    final(next) {
      if (chunked) connection.send("0\r\n\r\n", nothing);
      done();
      next();
    },
  });
  // The function sees a body that breaks off, not one that is over.
  pipeline(body, sink, (error) => {
    if (error) connection.destroy();
  });
  return sink;
}
