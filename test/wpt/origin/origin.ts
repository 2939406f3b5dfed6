import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import { Hono } from "hono";
import { eventStreams } from "./event-streams.ts";
import { mirrors } from "./mirrors.ts";
import { redirects } from "./redirects.ts";
import { slowAnswers } from "./slow-answers.ts";
import { Stash } from "./stash.ts";
import { staticFiles } from "./static-files.ts";

export interface RunningOrigin {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The server that the tests fetch from: the files of a checkout, and what its Python handlers do as far as the tests
 * of our areas ask for it.
 */
export async function startOrigin(checkout: string): Promise<RunningOrigin> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const stash = new Stash();
  app.route("/", mirrors());
  app.route("/", redirects(stash));
  app.route("/", slowAnswers(stash));
  app.route("/", eventStreams());
  app.route("/", stash.routes());
  // The checkout has no /media/. Tests of compression take a film as something that gets smaller, and look at no more of it.
  app.get("/media/*", (c) => c.body(Buffer.alloc(200_000, "frame after frame ")));
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Last, so that a handler goes before its source; it fills in the address, which is known only now.
  app.route("/", staticFiles(checkout, new URL(url)));
  return {
    url,
    async stop() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
