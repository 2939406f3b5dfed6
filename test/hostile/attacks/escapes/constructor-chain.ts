import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the constructor of constructors of what the host gave",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const roots = [request, env, ctx, request.headers, console.log, fetch, crypto, performance]; const found = roots.flatMap((root) => { try { const g = root.constructor.constructor("return globalThis")(); return g === globalThis ? [] : ["another global"]; } catch { return []; } }); return new Response(found.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
