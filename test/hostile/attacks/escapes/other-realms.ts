import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "ways to another realm",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const found = []; for (const name of ["ShadowRealm", "Worker", "SharedWorker", "document", "Atomics.waitAsync"]) { if (name.split(".").reduce((o, k) => o?.[k], globalThis) !== undefined) found.push(name); } return new Response(found.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
