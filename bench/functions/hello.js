export default {
  fetch() {
    return new Response("Hello, world!", { headers: { "content-type": "text/plain; charset=UTF-8" } });
  },
};
