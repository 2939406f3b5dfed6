import { setTimeout as pause } from "node:timers/promises";
import { Hono } from "hono";
import type { Stash } from "./stash.ts";

const longestMs = 2_000;

/** Answers that lead elsewhere. */
export function redirects(stash: Stash): Hono {
  const app = new Hono();

  app.all("/fetch/api/resources/redirect.py", async (c) => {
    const query = new URL(c.req.url).searchParams;
    const token = query.get("token");
    const seen = (token !== null && (stash.take(token) as { count: number } | undefined)) || { count: 0 };
    const headers = new Headers({ "content-type": "text/plain", "access-control-allow-origin": "*" });
    const fields = await formFields(c.req.raw);
    const status = Number(query.get("redirect_status") ?? fields.get("redirect_status") ?? 302);
    seen.count++;
    let location = query.get("location");
    if (location !== null) {
      if (!query.has("simple") && /^(?:https?:|(?![a-z][a-z\d+.-]*:))/i.test(location)) {
        location += `${location.includes("?") ? "&" : "?"}${query}&count=${seen.count}`;
      }
      // Header values are bytes: UTF-8 goes as the Latin-1 of its bytes.
      headers.set("location", Buffer.from(location).toString("latin1"));
    }
    const policy = query.get("redirect_referrerpolicy");
    if (policy !== null) headers.set("referrer-policy", policy);
    await pause(Math.min(longestMs, Number(query.get("delay") ?? 0)));
    if (token !== null) {
      stash.put(token, seen);
      const most = query.get("max_count");
      // The last one does not lead on.
      if (most !== null && seen.count > Number(most)) return new Response(String(seen.count - 1), { headers });
    }
    return new Response(null, { status, headers });
  });

  app.all("/fetch/api/resources/redirect-empty-location.py", () => {
    return new Response(null, { status: 302, headers: { location: "" } });
  });

  app.all("/common/redirect.py", (c) => {
    const query = new URL(c.req.url).searchParams;
    const location = Buffer.from(query.get("location") ?? "").toString("latin1");
    const headers = { location, "access-control-allow-origin": "*" };
    return new Response(null, { status: Number(query.get("status") ?? 302), headers });
  });

  return app;
}

async function formFields(request: Request): Promise<URLSearchParams> {
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  return new URLSearchParams(isForm ? await request.text() : "");
}
