import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a module whose then loops, imported while a request runs",
  holds: "import() takes the module for a thenable and runs it within the limit: 504.",
  severity: "isolate",
  source: {
    "index.js": handler(`await import("./then.js"); return new Response("");`),
    "then.js": "export function then() { for (;;); }",
  },
  expectation: { answers: [...outOfTime], death: /^cpu_limit$/ },
} satisfies FunctionAttack;
