import { build } from "esbuild";
import { expect, test } from "vitest";
import { guest } from "./guest.ts";

async function bundle(source: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "esm",
    logLevel: "silent",
  });
  return result.outputFiles[0]?.text ?? "";
}

test("a Hono app as the default export works unchanged", async () => {
  const main = await bundle(`
    import { Hono } from "hono";
    import { cors } from "hono/cors";
    import { streamText } from "hono/streaming";
    const app = new Hono();
    app.use(cors());
    app.get("/", (c) => c.text("hi " + c.req.query("name") + c.env.MARK));
    app.post("/json", async (c) => c.json({ got: await c.req.json() }, 201, { "x-a": "b" }));
    app.post("/form", async (c) => c.json(await c.req.parseBody()));
    app.get("/stream", (c) => streamText(c, async (stream) => { await stream.write("one"); await stream.write("two"); }));
    app.get("/late", (c) => { c.executionCtx.waitUntil(Promise.resolve()); return c.redirect("http://a/"); });
    app.onError((error, c) => c.text("caught " + error.message, 500));
    app.get("/throws", () => { throw new Error("x"); });
    export default app;`);
  const it = await guest({ main, env: { MARK: "!" } });
  const get = (path: string) => it.request(`http://hono.localhost${path}`);

  expect((await get("/?name=a%20b")).text).toBe("hi a b!");
  expect(await get("/none")).toMatchObject({ status: 404, text: "404 Not Found" });
  expect(await get("/throws")).toMatchObject({ status: 500, text: "caught x" });
  expect((await get("/stream")).text).toBe("onetwo");
  expect((await get("/late")).headers).toContainEqual(["location", "http://a/"]);
  const json = await it.request("http://hono.localhost/json", { method: "POST", body: "[1]" });
  expect(json).toMatchObject({ status: 201, text: '{"got":[1]}' });
  expect(json.headers).toContainEqual(["x-a", "b"]);
  expect(json.headers).toContainEqual(["access-control-allow-origin", "*"]);
  const form = await it.request("http://hono.localhost/form", {
    method: "POST",
    headers: [["content-type", "application/x-www-form-urlencoded"]],
    body: "a=1&b=2",
  });
  expect(JSON.parse(form.text)).toEqual({ a: "1", b: "2" });
  expect(it.thrown).toEqual([]);
});
