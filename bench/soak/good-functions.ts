import type { SoakFunction } from "./soak-function.ts";

export interface GoodFunction extends SoakFunction {
  readonly method: "GET" | "PUT" | "POST";
  /** A POST that is lost with its process fails by right; all else is to be answered. */
  readonly idempotent: boolean;
  /** Its answer begins before it is whole, so that it can be cut when its process dies. */
  readonly streams: boolean;
  readonly body: string | null;
}

type Kind = Pick<GoodFunction, "method" | "streams"> & {
  readonly kind: string;
  readonly source: (name: string) => string;
};

/** Each answers with its own name and what it was asked for, so that an answer of another request shows. */
const kinds: readonly Kind[] = [
  { kind: "hello", method: "GET", streams: false, source: (name) => handler(`return new Response("${name} " + n)`) },
  {
    kind: "timer",
    method: "GET",
    streams: false,
    source: (name) =>
      handler(`await new Promise((resolve) => setTimeout(resolve, 1 + n % 5)); return new Response("${name} " + n)`),
  },
  {
    kind: "echo",
    method: "PUT",
    streams: false,
    source: (name) => handler(`const body = await request.text(); return new Response("${name} " + n + body)`),
  },
  {
    kind: "json",
    method: "GET",
    streams: false,
    source: (name) =>
      handler(`const items = Array.from({ length: 200 }, (_, id) => ({ id, name: "item " + id, price: id * n }));
    if (JSON.parse(JSON.stringify(items)).length !== 200) throw new Error("lost");
    return new Response("${name} " + n)`),
  },
  {
    kind: "stream",
    method: "GET",
    streams: true,
    source: (name) =>
      handler(`const parts = ["${name}", " ", String(n)].map((part) => new TextEncoder().encode(part));
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(parts.shift());
        if (parts.length === 0) controller.close();
      },
    }))`),
  },
  {
    kind: "post",
    method: "POST",
    streams: false,
    source: (name) => handler(`return new Response("${name} " + n + (await request.text()))`),
  },
];

/**
 * The most with which a function is still entered on the main thread beside all others. It is
 * enforced by the clock in the end, and the soak may be held up by whatever else the machine does.
 */
const limits = { cpuMs: 100 };

export function goodFunctions(count: number): GoodFunction[] {
  return Array.from({ length: count }, (_, i) => {
    const { kind, method, streams, source } = kinds[i % kinds.length] as Kind;
    const name = `${kind}-${i}`;
    const body = method === "GET" ? null : "x".repeat(1_000 + i);
    return {
      name,
      kind,
      method,
      streams,
      body,
      idempotent: method !== "POST",
      source: source(name),
      manifest: { limits },
    };
  });
}

export function expectedAnswer({ name, body }: GoodFunction, n: number): string {
  return `${name} ${n}${body ?? ""}`;
}

function handler(code: string): string {
  return `export default {
  async fetch(request) {
    const n = Number(new URL(request.url).searchParams.get("n"));
    ${code};
  },
};
`;
}
