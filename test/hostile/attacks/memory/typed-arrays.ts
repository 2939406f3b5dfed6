import { outsideHeap } from "../../outside-heap.ts";

export default outsideHeap(
  "typed arrays without end",
  `const all = []; try { for (;;) all.push(new Uint8Array(1 << 20).fill(1)); } catch (error) { const n = all.length; all.length = 0; return new Response("held " + n + " " + error.name); }`,
);
