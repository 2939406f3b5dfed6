import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "replace over 256 MB of text",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`const text = "a".repeat(2 ** 28); return new Response(String(text.replace(/a/g, "bb").length));`),
  manifest: { limits: { memoryMb: 512 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
