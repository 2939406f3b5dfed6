import { Hono } from "hono";

/** What one request leaves for another to find. */
export class Stash {
  readonly #kept = new Map<string, unknown>();

  put(key: string, value: unknown): void {
    this.#kept.set(key, value);
  }

  take(key: string): unknown {
    const value = this.#kept.get(key);
    this.#kept.delete(key);
    return value;
  }

  routes(): Hono {
    const app = new Hono();
    app.all("/fetch/api/resources/stash-put.py", (c) => {
      this.put(c.req.query("key") ?? "", c.req.query("value") ?? "");
      return c.text("done", 200, { "access-control-allow-origin": "*" });
    });
    app.all("/fetch/api/resources/stash-take.py", (c) => c.json(this.take(c.req.query("key") ?? "") ?? null));
    app.all("/fetch/api/resources/clean-stash.py", (c) =>
      c.text(this.take(c.req.query("token") ?? "") === undefined ? "0" : "1"),
    );
    return app;
  }
}
