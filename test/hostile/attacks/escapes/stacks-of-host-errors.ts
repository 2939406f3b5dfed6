import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the stacks of errors that host operations throw",
  holds: "They tell nothing of the machine.",
  severity: "tame",
  source: handler(
    `const texts = []; const attempts = [() => new URL("no url"), () => new TextDecoder("no-encoding"), () => crypto.subtle.digest("MD0", new Uint8Array()), () => fetch("http://127.0.0.1:1/"), () => import("node:" + "fs"), () => atob("%"), () => crypto.getRandomValues(new Uint8Array(1e6)), () => structuredClone(Symbol()), () => new Response("", { status: 1 })]; for (const attempt of attempts) { try { await attempt(); } catch (error) { texts.push(String(error?.stack), String(error?.cause?.stack)); } } const told = texts.filter((text) => /\\/tmp\\/|\\/src\\/|node_modules|node:|file:\\/\\/|isolated-vm/.test(text.replaceAll("node:fs", ""))); return new Response(told.join("\\n") || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
