import { outsideHeap } from "../../outside-heap.ts";

export default outsideHeap(
  "array buffers that grow",
  `const all = []; let mb = 0; try { for (; mb < 512;) { const b = new ArrayBuffer(1, { maxByteLength: 1 << 26 }); all.push(b); b.resize(1 << 26); new Uint8Array(b).fill(1); mb += 64; } } catch (error) { return new Response("held " + mb + " " + error.name); } return new Response("held " + mb);`,
);
