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

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method !== "GET" && request.method !== "POST") {
      return new Response("Use GET or POST\n", { status: 405, headers: { allow: "GET, POST" } });
    }
    const source = request.method === "POST" ? await request.text() : welcome;
    const html = markdown.parse(source, { async: false });
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
