import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "fifty thousand short headers",
  holds: "More than 64 KiB of headers are the function's own error, which names the limit.",
  severity: "isolate",
  source: handler(
    `const h = new Headers(); for (let i = 0; i < 50_000; i++) h.set("x" + i, ""); return new Response("x", { headers: h });`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: ["function_error", "function_header_limit", ...outOfTime] },
} satisfies FunctionAttack;
