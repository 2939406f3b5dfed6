import { outsideHeap } from "../../outside-heap.ts";

export default outsideHeap(
  "WebAssembly memories that grow",
  `const all = []; let mb = 0; try { for (; mb < 512;) { const m = new WebAssembly.Memory({ initial: 1, maximum: 1024 }); all.push(m); if (m.grow(1023) < 0) break; new Uint8Array(m.buffer).fill(1); mb += 64; } } catch (error) { return new Response("held " + mb + " " + error.name); } return new Response("held " + mb);`,
);
