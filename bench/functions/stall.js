// A built-in that V8 cannot end.
export default {
  fetch() {
    return new Response(`${[].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)}`);
  },
};
