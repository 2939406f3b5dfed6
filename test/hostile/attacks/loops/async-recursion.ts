import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an async function that awaits itself",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`const again = async () => { await null; return again(); }; await again();`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
