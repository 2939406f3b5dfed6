import { setTimeout as pause } from "node:timers/promises";
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const longestMs = 5_000;
const type = "text/event-stream";

/** What the tests of EventSource read. */
export function eventStreams(): Hono {
  const app = new Hono();
  const at = (file: string) => `/eventsource/resources/${file}.py`;

  const message = async (c: Context): Promise<Response> => {
    const { mime = type, message = "data: data", newline, sleep = "0" } = queryOf(c);
    await pause(Math.min(longestMs, Number(sleep)));
    return answer(`${message}${newline === "none" ? "" : "\n\n"}\n`, { type: mime });
  };

  const statusReconnect = (c: Context): Response => {
    const { status = "204", id = status, ok_first } = queryOf(c);
    const cookie = `request${id}`;
    const isSecond = getCookie(c, cookie) === status;
    if (isSecond) deleteCookie(c, cookie);
    else setCookie(c, cookie, status);
    const body = isSecond ? "data: data\n\n" : `retry: 2\n${ok_first === undefined ? "" : "data: ok\n\n"}`;
    return answer(body, { status: isSecond ? 200 : Number(status), context: c });
  };

  for (const name of ["accept", "cache-control"]) {
    app.all(`/eventsource/resources/${name}.event_stream`, (c) => answer(`data: ${c.req.header(name)}\n\n`));
  }
  app.all(at("message"), message);
  app.all(at("status-reconnect"), statusReconnect);
  app.all(at("status-error"), (c) => {
    return answer("data: data\n\n", { status: Number(c.req.query("status") ?? 404) });
  });
  app.all(at("message2"), () =>
    answer("data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n"),
  );
  app.all(at("last-event-id"), (c) => {
    const last = c.req.header("last-event-id");
    const { idvalue = "…" } = queryOf(c);
    // Header values are bytes: what was sent as UTF-8 is read as Latin-1.
    if (last) return answer(Buffer.concat([Buffer.from("data: "), Buffer.from(last, "latin1"), Buffer.from("\n\n")]));
    return answer(`id: ${idvalue}\nretry: 200\ndata: hello\n\n`);
  });
  app.all(at("last-event-id2"), (c) => {
    const persists = "id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata:3\n\ndata:4\n\n";
    const resets = {
      "2": "id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n",
      "3": "id: 1\ndata: 1\n\nid\ndata:2\n\ndata:3\n\n",
    };
    return answer(resets[c.req.query("type") as "2" | "3"] ?? persists);
  });
  app.all(at("reconnect-fail"), (c) => {
    const cookie = `recon_fail_${c.req.query("id")}`;
    const state = getCookie(c, cookie);
    if (state === "reconnected") {
      deleteCookie(c, cookie);
      return answer("", { status: 204, context: c });
    }
    setCookie(c, cookie, state === "opened" ? "reconnected" : "opened");
    const body = state === "opened" ? "data: reconnected\n\n" : "retry: 2\ndata: opened\n\n";
    return answer(body, { context: c });
  });
  app.all(at("cors"), async (c) => {
    const { run } = queryOf(c);
    if (run === "message") return message(c);
    if (run === "status-reconnect") return statusReconnect(c);
    if (run === "redirect") return c.redirect(c.req.query("location") ?? "", 302);
    return answer("");
  });

  return app;
}

function queryOf(c: Context): Record<string, string | undefined> {
  return Object.fromEntries(new URL(c.req.url).searchParams);
}

interface Options {
  readonly type?: string;
  readonly status?: number;
  /** Whose cookies go along. */
  readonly context?: Context;
}

function answer(body: string | Uint8Array<ArrayBuffer>, { type: mime = type, status = 200, context }: Options = {}) {
  const headers = new Headers(context?.res.headers);
  headers.set("content-type", mime);
  headers.set("access-control-allow-origin", "*");
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : body, { status, headers });
}
