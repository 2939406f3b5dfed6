import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "compression without end, by the host's threads",
  holds: "What the host's threads do for a function counts as its CPU time: 504.",
  severity: "isolate",
  source: handler(`
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const endless = () => {
      const { readable, writable } = new CompressionStream("gzip");
      const writer = writable.getWriter();
      const write = async () => { for (;;) await writer.write(bytes); };
      const read = async () => { for await (const _ of readable); };
      return Promise.all([write(), read()]);
    };
    await Promise.all(Array.from({ length: 20 }, endless));`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
