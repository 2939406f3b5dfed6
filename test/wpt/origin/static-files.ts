import { readFile } from "node:fs/promises";
import { extname, normalize } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { substituted } from "./substitution.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".txt": "text/plain",
  ".wasm": "application/wasm",
};

/** Files of the checkout, each with the headers that a file `<name>.headers` beside it names. */
export function staticFiles(checkout: string, origin: URL): Hono<{ Bindings: HttpBindings }> {
  return new Hono<{ Bindings: HttpBindings }>().all("*", async (c) => {
    const path = checkout + normalize(decodeURIComponent(new URL(c.req.url).pathname));
    const bytes = await read(path);
    if (!bytes) return c.text("no such file", 404);
    if (path.endsWith(".asis")) {
      // The whole answer, as it goes over the wire, but for the ends of its head's lines.
      const text = bytes.toString("latin1");
      const end = /\r?\n\r?\n/.exec(text);
      const head = end ? text.slice(0, end.index) : text.trimEnd();
      const body = end ? text.slice(end.index + end[0].length) : "";
      c.env.outgoing.socket?.end(`${head.replace(/\r?\n/g, "\r\n")}\r\n\r\n${body}`, "latin1");
      return RESPONSE_ALREADY_SENT;
    }
    const isTemplate = path.includes(".sub.");
    const headers = await read(`${path}.headers`);
    const named = (headers?.toString().trim().split("\n") ?? []).map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const body = isTemplate ? Buffer.from(substituted(bytes.toString(), origin)) : bytes;
    const type = types[extname(path)] ?? "application/octet-stream";
    return new Response(new Uint8Array(body), { headers: [["content-type", type], ...named] });
  });
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
