import { Marked } from "marked";

const markdown = new Marked({ gfm: true });

const welcome = `# Markdown in an isolate

POST some *Markdown* and get **HTML** back:

- lists
- [links](https://commonmark.org)
- \`code\`

| left | right |
|:-----|------:|
| 1    | 2     |
`;

// Rendered while the module loads, and with it the parser's regular expressions are compiled: in
// the first request that would take most of its CPU time.
const welcomePage = markdown.parse(welcome, { async: false });

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method !== "GET" && request.method !== "POST") {
      return new Response("Use GET or POST\n", { status: 405, headers: { allow: "GET, POST" } });
    }
    const html = request.method === "POST" ? markdown.parse(await request.text(), { async: false }) : welcomePage;
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
