import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a thousand intervals of no time",
  holds: "Their turns cost CPU time that is counted: 504.",
  severity: "isolate",
  source: handler(`for (let i = 0; i < 900; i++) setInterval(() => {}, 0); await new Promise(() => {});`),
  manifest: { limits: { wallMs: 2000 } },
  expectation: { answers: [...outOfTime, "function_wall_limit"] },
} satisfies FunctionAttack;
