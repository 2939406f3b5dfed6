import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a microtask that queues itself",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`const again = () => queueMicrotask(again); again(); await new Promise(() => {});`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
