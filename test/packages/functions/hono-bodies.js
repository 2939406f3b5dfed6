import { Hono } from "hono";
import { accepts } from "hono/accepts";
import { bodyLimit } from "hono/body-limit";
import { contextStorage, getContext } from "hono/context-storage";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import { proxy } from "hono/proxy";
import { stream, streamSSE, streamText } from "hono/streaming";
import { timeout } from "hono/timeout";
import { validator } from "hono/validator";

const app = new Hono();
app.use(logger());
app.use("/stored", contextStorage());
app.use("/limited", bodyLimit({ maxSize: 10, onError: (c) => c.text("too much", 413) }));
app.use("/slow", timeout(20, new HTTPException(504, { message: "too slow" })));

app.post("/limited", async (c) => c.text(await c.req.text()));
app.get("/slow", async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return c.text("late");
});
app.post(
  "/validated",
  validator("json", (value, c) => (typeof value.name === "string" ? value : c.text("no name", 400))),
  (c) => c.json({ hello: c.req.valid("json").name }),
);
app.post(
  "/form",
  validator("form", ({ list, file }) => ({ list, file })),
  async (c) => {
    const { list, file } = c.req.valid("form");
    return c.json({ list, name: file.name, type: file.type, text: await file.text() });
  },
);
app.get("/accepts", (c) => {
  return c.text(accepts(c, { header: "Accept", supports: ["text/html", "application/json"], default: "text/html" }));
});
app.get("/streamed", (c) =>
  stream(c, async (out) => {
    await out.write(new Uint8Array([104, 105]));
    await out.pipe(new Blob([" there"]).stream());
  }),
);
app.get("/text", (c) =>
  streamText(c, async (out) => {
    for (const word of ["one", "two", "three"]) {
      await out.writeln(word);
      await out.sleep(1);
    }
  }),
);
app.get("/events", (c) =>
  streamSSE(c, async (out) => {
    for (let id = 0; id < 3; id++) await out.writeSSE({ data: `line ${id}\nnext`, event: "tick", id: String(id) });
  }),
);
app.get("/proxied/:path", (c) =>
  proxy(new URL(`/${c.req.param("path")}`, c.req.url), { ...c.req.raw, headers: { "x-by": "proxy" } }),
);
app.get("/stored", async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return c.text(storedQuery());
});
app.get("/target", (c) => c.json({ by: c.req.header("x-by") }));
/** Of whichever request this is called for. */
function storedQuery() {
  return getContext().req.query("q");
}

app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text(String(error), 500)));
app.notFound((c) => c.json({ none: c.req.path }, 404));

export default app;
