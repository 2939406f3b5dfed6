/** @jsxImportSource hono/jsx */
import { deleteCookie, getCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";
import { css, Style } from "hono/css";
import { createFactory } from "hono/factory";
import { html, raw } from "hono/html";
import { ErrorBoundary } from "hono/jsx";
import { Suspense } from "hono/jsx/streaming";
import { jsxRenderer } from "hono/jsx-renderer";

const secret = "of cookies";
const factory = createFactory({
  initApp: (app) => {
    app.use(
      "/rendered",
      jsxRenderer(({ children, title }) => (
        <html lang="en">
          <head>
            <title>{title}</title>
          </head>
          <body>{children}</body>
        </html>
      )),
    );
    app.use(
      "/streamed",
      jsxRenderer(({ children }) => <main>{children}</main>, { stream: true }),
    );
  },
});
const named = factory.createMiddleware(async (c, next) => {
  c.set("name", "factory");
  await next();
});

async function Slow() {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return <b>late &amp; bold</b>;
}

function Broken() {
  throw new Error("broken");
}

const app = factory.createApp();
app.get("/made", ...factory.createHandlers(named, (c) => c.text(c.get("name"))));
app.get("/html", (c) => c.html(html`<p>${c.req.query("name")}</p>${raw("<hr>")}`));
app.get("/rendered", (c) => c.render(<p>{"<escaped>"}</p>, { title: "A page" }));
app.get("/streamed", (c) =>
  c.render(
    <Suspense fallback={<i>waiting</i>}>
      <Slow />
    </Suspense>,
  ),
);
app.get("/bounded", (c) =>
  c.html(
    <ErrorBoundary fallback={<i>caught</i>}>
      <Broken />
    </ErrorBoundary>,
  ),
);
app.get("/styled", (c) =>
  c.html(
    <>
      <Style />
      <p class={css`color: red;`}>red</p>
    </>,
  ),
);
app.get("/cookies", async (c) => {
  setCookie(c, "plain", "a b", { path: "/", httpOnly: true, maxAge: 60, sameSite: "Lax" });
  await setSignedCookie(c, "signed", "value", secret);
  const deleted = deleteCookie(c, "old");
  return c.json({ plain: getCookie(c, "sent"), signed: await getSignedCookie(c, secret, "signed"), deleted });
});

export default app;
