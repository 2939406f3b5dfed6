import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "twenty thousand lines of console.log",
  holds: "The log of one request is bounded and says that it was cut; the request fares as it may.",
  severity: "isolate",
  source: handler(`for (let i = 0; i < 20_000; i++) console.log("x".repeat(1000)); return new Response("said");`),
  manifest: { limits: { cpuMs: 2000 } },
  expectation: { answers: [200, ...outOfTime], log: /logged too much|logBytes/ },
} satisfies FunctionAttack;
