/** @jsxImportSource react */
import { Suspense, use, useId } from "react";
import { renderToReadableStream, renderToStaticMarkup } from "react-dom/server.edge";

function Late({ value }) {
  return <b>{use(value)}</b>;
}

function Page({ name, value }) {
  const id = useId();
  return (
    <html lang="en">
      <body>
        <label htmlFor={id}>{name}</label>
        <Suspense fallback={<i>waiting</i>}>
          <Late value={value} />
        </Suspense>
      </body>
    </html>
  );
}

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const name = searchParams.get("name");
    if (pathname === "/static") return new Response(renderToStaticMarkup(<p title={name}>{name}</p>));
    const value = new Promise((resolve) => setTimeout(resolve, 5, "at last"));
    const stream = await renderToReadableStream(<Page name={name} value={value} />, { bootstrapScripts: ["/main.js"] });
    return new Response(stream, { headers: { "content-type": "text/html" } });
  },
};
