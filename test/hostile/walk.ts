import { type FunctionAttack, handler } from "./attack.ts";

/** A walk over all that a guest can reach, which answers with the paths that `look` (code, sees `value`, `path` and `found`) has found. */
export function walk(what: string, holds: string, look: string): FunctionAttack {
  return {
    title: `a walk over all that can be reached, for ${what}`,
    holds,
    severity: "tame",
    source:
      handler(`const seen = new Set(); const found = []; const stack = [[globalThis, "globalThis"], [request, "request"], [ctx, "ctx"], [env, "env"]];
while (stack.length > 0 && seen.size < 50_000) { const [value, path] = stack.pop(); if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue; seen.add(value);
${look}
let keys = []; try { keys = Reflect.ownKeys(value); } catch {}
for (const key of keys) { try { const d = Reflect.getOwnPropertyDescriptor(value, key); for (const part of [d.value, d.get, d.set]) if (part) stack.push([part, path + "." + String(key)]); } catch {} }
try { stack.push([Object.getPrototypeOf(value), path + ".__proto__"]); } catch {} }
return new Response(found.slice(0, 10).join(" ") || "nothing");`),
    manifest: { limits: { cpuMs: 1000 } },
    expectation: { answers: [200], body: /^nothing$/ },
  };
}
