import type { ServerResponse } from "node:http";
import { ownPrefix } from "../link/own-fields.ts";

/** Writes a function's Response. @throws what its body's stream fails with, before the head was sent or after. */
export async function sendResponse(outgoing: ServerResponse, response: Response, lines: () => number): Promise<void> {
  const fields: string[] = [];
  for (const [name, value] of response.headers) if (!name.startsWith(ownPrefix)) fields.push(name, value);
  const head = (more: readonly string[]) => {
    const all = [...fields, ...more, `${ownPrefix}lines`, String(lines())];
    if (response.statusText === "") outgoing.writeHead(response.status, all);
    else outgoing.writeHead(response.status, response.statusText, all);
  };
  const reader = response.body?.getReader();
  if (!reader) {
    const bare = response.status === 204 || response.status === 304 || response.headers.has("content-length");
    head(bare ? [] : ["content-length", "0"]);
    outgoing.end();
    return;
  }
  let pending = reader.read();
  const first = await soon(pending);
  if (first) {
    pending = first.done ? pending : reader.read();
    if (first.done || (await soon(pending))?.done) {
      // It was whole: its length saves the client from chunks.
      const bytes = first.value ?? new Uint8Array();
      head(response.headers.has("content-length") ? [] : ["content-length", String(bytes.byteLength)]);
      outgoing.end(bytes);
      return;
    }
  }
  head([]);
  // At once: a stream's first piece may be long in coming.
  outgoing.flushHeaders();
  if (first) await send(outgoing, first.value);
  for (let piece = await pending; !piece.done; piece = await reader.read()) {
    if (outgoing.destroyed) {
      await reader.cancel(new Error("the client is gone"));
      return;
    }
    await send(outgoing, piece.value);
  }
  outgoing.end();
}

/** What a promise gives if it does so within this turn, else null. */
function soon<Result>(promise: Promise<Result>): Promise<Result | null> {
  return Promise.race([promise, new Promise<null>((resolve) => setImmediate(() => resolve(null)))]);
}

function send(outgoing: ServerResponse, bytes: Uint8Array | undefined): Promise<void> | void {
  if (bytes === undefined || outgoing.write(bytes) || outgoing.destroyed) return;
  return new Promise((resolve) => {
    outgoing.once("drain", resolve);
    outgoing.once("close", resolve);
  });
}
