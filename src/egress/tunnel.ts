import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** Whoever has asked for a tunnel speaks first, in HTTP and in TLS. */
const firstByteMs = 10_000;
const firstOfMethods = /[A-Za-z]/;

export function refuseTunnel(socket: Socket, status: number, message: string): void {
  const text = `${message}\n`;
  const fields = `content-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields}\r\n\r\n${text}`);
}

/** Looks at the first byte of a tunnel, and leaves it there. @throws Error when none comes. */
export function whatComes(socket: Socket): Promise<"http" | "other"> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("the tunnel was closed"));
    const timer = setTimeout(() => reject(new Error("nothing was sent into the tunnel")), firstByteMs);
    socket.once("close", gone);
    socket.once("readable", () => {
      clearTimeout(timer);
      socket.off("close", gone);
      const first = socket.read() as Buffer | null;
      if (first === null) return gone();
      socket.unshift(first);
      return resolve(firstOfMethods.test(String.fromCharCode(first[0] ?? 0)) ? "http" : "other");
    });
  });
}

/** Joins both, until one ends or nothing goes either way for `idleMs`. */
export function joinSockets(inside: Socket, outside: Socket, idleMs: number): void {
  for (const [from, to] of [
    [inside, outside],
    [outside, inside],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.setTimeout(idleMs, () => from.destroy());
  }
  if (inside.destroyed) outside.destroy();
}
