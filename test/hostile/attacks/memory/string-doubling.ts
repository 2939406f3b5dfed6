import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a string that doubles",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `let s = "ab"; const all = []; for (let i = 0; ; i++) { s = (s + s).slice(0, 1 << 22); all.push(s + i); all.at(-1).charCodeAt(7); JSON.stringify(all.at(-1)); }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
