import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/*
 * What two processes cost and nothing else: one answers HTTP, but each answer waits for four bytes to come back from
 * the other over a unix socket. Bytes of one turn go as one write, as Islet's frames do.
 */

const numberBytes = 4;
const socketPath = join(tmpdir(), `bench-two-processes-${process.pid}`);
process.on("exit", () => rmSync(socketPath, { force: true }));

const echo = fork(new URL("./echo-bytes.ts", import.meta.url), [socketPath]);
process.on("SIGTERM", () => {
  echo.kill();
  process.exit(0);
});
await once(echo, "message");

const waiting = new Map<number, ServerResponse>();
const body = "Hello, world!";
const head = { "content-type": "text/plain; charset=UTF-8", "content-length": body.length };
let lastNumber = 0;
let unsent: Buffer[] = [];
let received = Buffer.alloc(0);

const socket = connect(socketPath);
socket.on("data", (bytes) => {
  received = received.length > 0 ? Buffer.concat([received, bytes]) : bytes;
  const whole = received.length - (received.length % numberBytes);
  for (let at = 0; at < whole; at += numberBytes) {
    const number = received.readUInt32LE(at);
    waiting.get(number)?.writeHead(200, head).end(body);
    waiting.delete(number);
  }
  received = received.subarray(whole);
});

const server = createServer((_, response) => {
  lastNumber = (lastNumber + 1) >>> 0;
  waiting.set(lastNumber, response);
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes.writeUInt32LE(lastNumber);
  if (unsent.length === 0) setImmediate(send);
  unsent.push(bytes);
});

function send(): void {
  const bytes = Buffer.concat(unsent);
  unsent = [];
  socket.write(bytes);
}

server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
