// Some 2 ms of CPU time.
export default {
  fetch() {
    let sum = 0;
    for (let i = 0; i < 600_000; i++) sum += Math.sqrt(i);
    return new Response(String(sum));
  },
};
