import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the runtime's hidden global, used by the function itself",
  holds: "What it calls there harms its own isolate only; the next request is answered by it as before.",
  severity: "tame",
  source: handler(
    `const names = Reflect.ownKeys(globalThis).filter((name) => { const d = Reflect.getOwnPropertyDescriptor(globalThis, name); return typeof name === "string" && !d.enumerable && typeof d.value === "object" && d.value !== null && /islet|hidden|^__/i.test(name); }); for (const name of names) { for (const key of Reflect.ownKeys(globalThis[name])) { for (const args of [[], [1], [{ default: { fetch: () => new Response("stolen") } }], [1, {}], [Symbol()], ["x", "y"]]) { try { globalThis[name][key](...args); } catch {} } } } return new Response("nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  times: 2,
  expectation: { answers: [200, "function_error", "function_no_handler"], body: /^(nothing|stolen)$/ },
} satisfies FunctionAttack;
