// More parts than an array can have: V8 gives up the process.
export default {
  fetch() {
    return new Response(`${"a".repeat(2 ** 27 + 8).split("").length}`);
  },
};
