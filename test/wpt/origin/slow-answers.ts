import { setTimeout as pause } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Stash } from "./stash.ts";

const longestMs = 5_000;

/** Answers that take their time. Bounded, whatever a test asks for. */
export function slowAnswers(stash: Stash): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const encoder = new TextEncoder();

  app.all("/fetch/api/resources/trickle.py", async (c) => {
    const pauseMs = Math.min(longestMs, Number(c.req.query("ms") ?? 500));
    const count = Number(c.req.query("count") ?? 50);
    await c.req.arrayBuffer();
    await pause(pauseMs);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await pause(pauseMs);
        if (sent++ < count) controller.enqueue(encoder.encode("TEST_TRICKLE\n"));
        else controller.close();
      },
    });
    return new Response(body, { headers: c.req.query("notype") === undefined ? { "content-type": "text/plain" } : {} });
  });

  app.all("/fetch/api/resources/bad-chunk-encoding.py", async ({ req, env: { outgoing } }) => {
    const pauseMs = Math.min(longestMs, Number(req.query("ms") ?? 1000));
    const { socket } = outgoing;
    await pause(pauseMs);
    // Past Node's own encoding of chunks.
    socket?.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let i = 0; i < Number(req.query("count") ?? 50); i++) {
      await pause(pauseMs);
      socket?.write("a\r\nTEST_CHUNK\r\n");
    }
    await pause(pauseMs);
    socket?.end("garbage");
    return RESPONSE_ALREADY_SENT;
  });

  app.all("/common/slow.py", async (c) => {
    await pause(Math.min(longestMs, Number(c.req.query("delay") ?? 2_000)));
    return c.body("");
  });

  app.all("/fetch/api/resources/infinite-slow-response.py", (c) => {
    const stateKey = c.req.query("stateKey");
    const abortKey = c.req.query("abortKey");
    if (stateKey) stash.put(stateKey, "open");
    const closed = () => {
      if (stateKey) stash.put(stateKey, "closed");
    };
    const until = performance.now() + 2 * longestMs;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode(".".repeat(2048)));
      },
      async pull(controller) {
        await pause(10);
        const isOver = (abortKey && stash.take(abortKey) !== undefined) || performance.now() > until;
        if (!isOver) return controller.enqueue(encoder.encode("."));
        closed();
        controller.close();
      },
      cancel: closed,
    });
    return new Response(body, { headers: { "content-type": "text/plain" } });
  });

  return app;
}
