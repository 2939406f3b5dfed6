import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "decompression bombs that nobody reads, and one that is read",
  holds: "They expand only as far as they are read; what is read costs CPU time: 504.",
  severity: "isolate",
  source: handler(`
    const zeros = new Uint8Array(1 << 20);
    const { readable, writable } = new CompressionStream("zstd");
    const writer = writable.getWriter();
    (async () => { for (let i = 0; i < 16; i++) await writer.write(zeros); await writer.close(); })();
    const bomb = new Uint8Array(await new Response(readable).arrayBuffer());
    const expand = () => {
      const stream = new DecompressionStream("zstd");
      const writer = stream.writable.getWriter();
      writer.write(bomb).catch(() => {});
      writer.close().catch(() => {});
      return stream.readable;
    };
    const unread = Array.from({ length: 1000 }, expand);
    for (;;) for await (const _ of expand());`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
