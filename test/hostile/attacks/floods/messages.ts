import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "two ports that answer each other without end, a thousand times over",
  holds: "Each message is a task of the function's own, and costs its CPU time: 504, while others are served between.",
  severity: "isolate",
  source: handler(`
    for (let i = 0; i < 1000; i++) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => port1.postMessage(data);
      port2.onmessage = ({ data }) => port2.postMessage(data);
      try { port1.postMessage(new Uint8Array(100)); } catch {}
    }
    await new Promise(() => {});`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
