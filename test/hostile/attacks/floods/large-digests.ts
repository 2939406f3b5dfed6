import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "large digests without end, made by the host's threads",
  holds:
    "Each is paid for before it begins; when no CPU time is left, it is refused and the function told so, or the request ends: 504.",
  severity: "isolate",
  source: handler(
    `const b = new Uint8Array(1 << 22); let made = 0; try { for (;;) { await crypto.subtle.digest("SHA-512", b); made++; } } catch (error) { return new Response(error.message); }`,
  ),
  expectation: { answers: [200, ...outOfTime], body: /limits\.cpuMs/ },
} satisfies FunctionAttack;
