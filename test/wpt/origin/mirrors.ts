import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";

/** Answers that tell what the request was. */
export function mirrors(): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.all("/fetch/api/resources/method.py", async (c) => {
    const header = (name: string) => c.req.header(name) ?? "NO";
    return new Response(await c.req.arrayBuffer(), {
      headers: {
        "access-control-allow-origin": "*",
        "x-request-method": c.req.method,
        "x-request-content-type": header("content-type"),
        "x-request-content-length": header("content-length"),
        "x-request-content-encoding": header("content-encoding"),
        "x-request-content-language": header("content-language"),
        "x-request-content-location": header("content-location"),
      },
    });
  });

  for (const name of ["echo-content.py", "echo-content.h2.py"]) {
    app.all(`/fetch/api/resources/${name}`, async (c) => echoed(c.req.raw, await c.req.arrayBuffer()));
  }
  app.all("/FileAPI/file/resources/echo-content-escaped.py", async (c) =>
    echoed(c.req.raw, escaped(new Uint8Array(await c.req.arrayBuffer()))),
  );

  app.all("/fetch/api/resources/inspect-headers.py", (c) => {
    const headers = new Headers({ "content-type": "text/plain", "access-control-allow-origin": "*" });
    for (const name of (c.req.query("headers") ?? "").split("|")) {
      const value = c.req.header(name);
      if (name && value !== undefined) headers.set(`x-request-${name}`, value);
    }
    return new Response("", { headers });
  });

  app.all("/xhr/resources/inspect-headers.py", ({ req, env: { incoming } }) => {
    const wantedValue = req.query("filter_value");
    const wantedName = req.query("filter_name")?.toLowerCase();
    let text = "";
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
      const [name = "", value = ""] = incoming.rawHeaders.slice(i, i + 2);
      if (wantedValue !== undefined) text += value === wantedValue ? `${name},` : "";
      else if (name.toLowerCase() === wantedName) text += `${name}: ${value}\n`;
    }
    return new Response(text, { headers: { "content-type": "text/plain" } });
  });

  app.all("/xhr/resources/echo-headers.py", ({ env: { incoming } }) => {
    const lines = incoming.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\n`));
    return new Response(lines.join(""), { headers: { "content-type": "text/plain" } });
  });

  app.all("/xhr/resources/parse-headers.py", ({ req, env: { outgoing } }) => {
    const value = new URL(req.url).searchParams.get("my-custom-header");
    const line = value === null ? "" : `my-custom-header: ${value}\r\n`;
    // Node refuses some of the values that are asked for: they go past it.
    outgoing.socket?.end(`HTTP/1.1 200 OK\r\n${line}content-length: 0\r\n\r\n`, "latin1");
    return RESPONSE_ALREADY_SENT;
  });

  app.all("/fetch/api/resources/authentication.py", (c) => {
    const isKnown = c.req.header("authorization") === `Basic ${btoa("user:password")}`;
    if (isKnown) return c.text("Authentication done");
    const realm = c.req.query("realm") ?? "test";
    return c.text("Please login", 401, { "www-authenticate": `Basic realm="${realm}"` });
  });

  app.all("/fetch/api/resources/dump-authorization-header.py", (c) =>
    c.text(c.req.header("authorization") ?? "none", 200, { "access-control-allow-origin": "*" }),
  );

  for (const path of ["/fetch/api/resources/status.py", "/xhr/resources/status.py"]) {
    app.all(path, ({ req, env: { outgoing } }) => {
      // Web responses have no way to say this to Node.
      outgoing.statusMessage = req.query("text") ?? "OMG";
      const status = Number(req.query("code") ?? 200);
      const type = req.query("type") ?? "";
      const headers = { "content-type": type, "x-request-method": req.method };
      const isEmpty = [101, 204, 205, 304].includes(status);
      return new Response(isEmpty ? null : queryBytes(req.url, "content"), { status, headers });
    });
  }

  app.all("/fetch/api/resources/cache.py", (c) => {
    const etag = '"123abc"';
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, { "x-http-status": "304" });
    return c.text("lorem ipsum dolor sit amet", 200, { etag });
  });

  return app;
}

/** The value of a query's parameter, whose bytes need not be UTF-8. */
function queryBytes(url: string, name: string): Buffer<ArrayBuffer> {
  const [, value = ""] = new RegExp(`[?&]${name}=([^&#]*)`).exec(url) ?? [];
  const bytes = value
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}

function echoed({ method, headers }: Request, body: ArrayBuffer | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/plain",
      "x-request-method": method,
      "x-request-content-length": headers.get("content-length") ?? "NO",
      "x-request-content-type": headers.get("content-type") ?? "NO",
    },
  });
}

/** Control characters and bytes past ASCII as \xNN, but CR LF as it is. */
function escaped(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0x5c) text += "\\\\";
    else if (byte <= 0x1f || byte >= 0x7f) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return new TextEncoder().encode(text.replaceAll("\\x0d\\x0a", "\r\n"));
}
