/** Of the platform's own, on a page that another of these functions streams. */
export default {
  async fetch(request) {
    const { port } = new URL(request.url);
    const page = await fetch(`http://hono-pages.localhost:${port}/streamed`);
    return new HTMLRewriter()
      .on("i", { element: (element) => void element.setInnerContent("rewritten") })
      .on("b", { text: (text) => void text.replace(text.text.toUpperCase(), { html: true }) })
      .transform(page);
  },
};
