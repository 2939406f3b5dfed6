import { outsideHeap } from "../../outside-heap.ts";

export default outsideHeap(
  "array buffers that grow by transfer",
  `const all = []; let mb = 0; try { for (; mb < 512;) { let b = new ArrayBuffer(1); b = b.transfer(1 << 26); new Uint8Array(b).fill(1); all.push(b); mb += 64; } } catch (error) { return new Response("held " + mb + " " + error.name); } return new Response("held " + mb);`,
);
