import { connect } from "node:net";
import type { Open } from "./wire/connection.ts";

const receiveBytes = 256 * 1024;

/** Connects with a pool process's unix socket. */
export function overSocket(path: string): Open {
  return (receive) =>
    connect({
      path,
      // One buffer for all reads: frames are taken out of it before the next read.
      onread: {
        buffer: Buffer.allocUnsafeSlow(receiveBytes),
        callback: (bytes, buffer) => {
          receive(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
          return true;
        },
      },
    });
}
