import type { SoakFunction } from "./soak-function.ts";

export interface HostileFunction extends SoakFunction {
  /** It ends or holds its whole process, not only its isolate. */
  readonly kills: boolean;
}

interface Kind {
  readonly code: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly kills?: boolean;
}

const text = `"x".repeat(1000)`;
const done = `return new Response("done")`;

const kinds: Readonly<Record<string, Kind>> = {
  loop: { code: "for (;;);" },
  microtasks: { code: "for (;;) await null;" },
  regex: { code: `/^(a+)+$/.test("a".repeat(40) + "!"); ${done}` },
  arrays: { code: "const held = []; for (;;) held.push(new Array(100_000).fill(held));", limits: bomb() },
  strings: {
    code: "const held = []; for (let i = 0; ; i++) held.push(String(i).repeat(10_000).split(''));",
    limits: bomb(),
  },
  buffers: { code: "const held = []; for (;;) held.push(new Uint8Array(1_000_000).fill(1));", limits: bomb() },
  logs: { code: `for (let i = 0; i < 5_000; i++) console.warn(${text}); ${done}` },
  headers: {
    code: `const headers = new Headers(); for (let i = 0; i < 500; i++) headers.set("x-" + i, ${text}); return new Response("done", { headers })`,
  },
  timers: { code: `for (let i = 0; i < 20_000; i++) setTimeout(() => {}, 5_000); ${done}` },
  rejections: { code: `for (let i = 0; i < 10_000; i++) Promise.reject(new Error("no")); ${done}` },
  waits: { code: `for (let i = 0; i < 5_000; i++) ctx.waitUntil(new Promise(() => {})); ${done}` },
  stack: { code: "const deeper = () => deeper() + 1; return new Response(String(deeper()))" },
  thrown: { code: `throw new Error("on purpose")` },
  endless: {
    code: `return new Response(new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(10_000)); } }))`,
  },
  // V8 aborts the process when a table that has to grow finds no memory.
  crash: { code: "const map = new Map(); for (let i = 0; ; i++) map.set(i, i);", limits: bomb(), kills: true },
  // A built-in that ignores the request to end.
  stall: { code: "return new Response(String([].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)))", kills: true },
};

/** Enough time that memory is what ends it, and little memory. */
function bomb(): Readonly<Record<string, number>> {
  return { cpuMs: 5_000, memoryMb: 48 };
}

/** As many as wanted of those that end isolates, and one of each that ends processes. Few tenants own them. */
export function hostileFunctions(count: number): HostileFunction[] {
  const all = Object.entries(kinds);
  const killers = all.filter(([, { kills }]) => kills).map(([kind]) => hostile(kind, 0, kind));
  const tame = all.filter(([, { kills }]) => !kills);
  const others = Array.from({ length: Math.max(tame.length, count - killers.length) }, (_, i) =>
    hostile(tame[i % tame.length]?.[0] ?? "loop", i, `mallory-${i % 4}`),
  );
  return [...others, ...killers];
}

function hostile(kind: string, index: number, tenant: string): HostileFunction {
  const { code, limits = {}, kills = false } = kinds[kind] as Kind;
  const source = `// ${index}\nexport default {\n  async fetch(request, env, ctx) {\n    ${code}\n  },\n};\n`;
  return { name: `${kind}-hostile-${index}`, kind, kills, source, manifest: { tenant, limits } };
}
