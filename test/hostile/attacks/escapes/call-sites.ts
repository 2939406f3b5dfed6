import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the call sites that Error.prepareStackTrace is given",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const found = []; Error.prepareStackTrace = (_, sites) => { for (const s of sites) { const f = s.getFunction?.(); const self = s.getThis?.(); if (typeof f === "function" && !(f instanceof Function)) found.push("function"); if (typeof self === "object" && self !== null && !(self instanceof Object) && self !== globalThis) found.push("this"); if (/^\\/|file:|node:|node_modules/.test(String(s.getFileName?.()))) found.push(s.getFileName()); } return ""; }; const attempts = [() => new URL("no"), () => new TextDecoder("no"), () => structuredClone(() => {}), () => atob("%")]; for (const attempt of attempts) { try { attempt(); } catch (error) { error.stack; } } new Error().stack; return new Response(found.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
