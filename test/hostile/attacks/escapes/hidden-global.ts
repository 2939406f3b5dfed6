import type { FunctionAttack } from "../../attack.ts";

/** How what Islet generates beside the modules could be found: while they load, and in a request. */
const search = `
const found = [];
const note = (what) => { if (!found.includes(what)) found.push(what); };
const own = /islet|hidden|glue|^__(?!define|lookup|proto)/i;
let trapped = false;
export const look = (when) => {
  for (let object = globalThis; object !== null && !trapped; object = Object.getPrototypeOf(object)) {
    const keys = [...Reflect.ownKeys(object), ...Object.getOwnPropertyNames(object), ...Object.getOwnPropertySymbols(object)];
    for (const key of keys) if (own.test(String(key))) note(when + ": " + String(key));
  }
  for (const name of ["__islet__", "islet", "glue", "hidden"]) if (!trapped && name in globalThis) note(when + ": " + name);
  Error.prepareStackTrace = (_, sites) => {
    for (const site of sites) {
      const values = [site.getFunction?.(), site.getThis?.(), site.getEvalOrigin?.()];
      for (const value of values) {
        if (value === null || value === undefined || value === globalThis) continue;
        if (typeof value === "function" && site.getFileName?.() === "index.js") continue;
        note(when + ": a call site's " + typeof value);
      }
    }
    return "";
  };
  new Error().stack;
  Error.prepareStackTrace = undefined;
};
const trap = { configurable: true, get() { note("read as a global"); }, set() { note("written as a global"); } };
export const setTraps = () => {
  trapped = true;
  for (const name of ["__islet__", "loaded", "imported", "meta", "load", "wasm", "data"]) {
    try { Object.defineProperty(globalThis, name, trap); } catch { note(name + " is there"); }
    Object.defineProperty(Object.prototype, name, trap);
  }
};
export const result = () => found.join(", ") || "nothing";`;

const index = `import { look, result, setTraps } from "./search.js";
look("at the top");
export default { async fetch() {
  look("in a request");
  setTraps();
  const seen = [];
  const resolvers = Promise.withResolvers;
  Promise.withResolvers = function () { const made = resolvers.call(this); seen.push(made); return made; };
  const specifier = { toString() { look("in import()"); return "./late.js"; } };
  const late = await import(specifier);
  const told = [late.default(), import.meta.main, new Uint8Array(late.bytes).length];
  const names = ["islet:glue", "./islet:glue", "islet:entry", "islet:runtime", "islet:module/index.js", "islet:module/late.js", "", "islet:module/islet:glue"];
  for (const name of names) {
    try { await import(name); told.push(name); } catch {}
  }
  return new Response(result() + " " + told.join());
} };`;

export default {
  title: "what Islet generates beside the modules, looked for by all means",
  holds: "Neither a name, a stack, a trap nor an import leads to it.",
  severity: "tame",
  source: {
    "index.js": index,
    "search.js": search,
    "late.js": `import data from "./data.bin"; import { look } from "./search.js"; look("in a late module"); export const bytes = data; export default () => "late";`,
    "data.bin": { type: "application/octet-stream", content: new Uint8Array(3) },
  },
  manifest: { limits: { cpuMs: 1000 } },
  times: 2,
  expectation: { answers: [200], body: /^nothing late,true,3$/ },
} satisfies FunctionAttack;
