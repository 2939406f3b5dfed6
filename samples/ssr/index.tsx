import { renderToString } from "preact-render-to-string";
import { Page } from "./page.tsx";

export default {
  fetch(request: Request): Response {
    const url = new URL(request.url);
    const html = renderToString(<Page name={url.searchParams.get("name") ?? "world"} path={url.pathname} />);
    return new Response(`<!doctype html>${html}`, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
