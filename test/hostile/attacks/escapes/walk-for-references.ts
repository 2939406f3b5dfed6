import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a walk over all that can be reached, for objects of isolated-vm",
  holds: "No Reference, Callback or ExternalCopy can be reached.",
  severity: "tame",
  source:
    handler(`const seen = new Set(); const found = []; const stack = [[globalThis, "globalThis"], [request, "request"], [ctx, "ctx"], [env, "env"]];
while (stack.length > 0 && seen.size < 50_000) { const [value, path] = stack.pop(); if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue; seen.add(value);
const kind = Object.prototype.toString.call(value) + (value.constructor?.name ?? ""); if (/Reference(?!Error)|ExternalCopy|Isolate|Callback\\b|Context\\b(?<!ExecutionContext)/.test(kind.replace("ExecutionContext", ""))) found.push(path + ":" + kind);
let keys = []; try { keys = Reflect.ownKeys(value); } catch {}
for (const key of keys) { try { const d = Reflect.getOwnPropertyDescriptor(value, key); for (const part of [d.value, d.get, d.set]) if (part) stack.push([part, path + "." + String(key)]); } catch {} }
try { stack.push([Object.getPrototypeOf(value), path + ".__proto__"]); } catch {} }
return new Response(found.slice(0, 10).join(" ") || "nothing");`),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
