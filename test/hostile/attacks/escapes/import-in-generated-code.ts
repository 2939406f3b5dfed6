import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "import() in code that the upload check cannot see",
  holds: "It is rejected, since no code but the bundle's may import.",
  severity: "tame",
  source: handler(
    `const out = []; for (const make of [() => (0, eval)(\`import("node:fs")\`), () => Function(\`return import("node:fs")\`)(), () => new Function("return import.meta")()]) { try { await make(); out.push("imported"); } catch {} } return new Response(out.join() || "nothing");`,
  ),
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
