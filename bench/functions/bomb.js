// 400 MB (200 where V8 compresses pointers) and no more, so that a server without a limit on memory lives to be measured.
export default {
  fetch() {
    const held = [];
    for (let i = 0; i < 50; i++) held.push(new Array(1_000_000).fill(i));
    return new Response(`${held.length}`);
  },
};
