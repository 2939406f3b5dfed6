import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("AbortController and AbortSignal", () => {
  test.each([
    "const c = new AbortController(); c.abort(); return [c.signal.aborted, c.signal.reason.name, thrown(() => c.signal.throwIfAborted())];",
    "const c = new AbortController(); c.abort(5); c.abort(6); return c.signal.reason;",
    'const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener("abort", () => (n += 10)); c.abort(); c.abort(); return n;',
    'const c = new AbortController(); const log = []; c.signal.onabort = () => log.push(1); c.signal.addEventListener("abort", () => log.push(2)); c.signal.onabort = () => log.push(3); c.abort(); return log;',
    "const c = new AbortController(); c.signal.onabort = () => 1; c.signal.onabort = null; return c.signal.onabort;",
    'return [AbortSignal.abort().reason.name, AbortSignal.abort(null).reason, AbortSignal.abort("why").reason];',
    'const c = new AbortController(); return [c.signal.throwIfAborted(), c.signal.aborted, c.signal.reason] + "";',
    "return thrown(() => new AbortSignal());",
    'const a = new AbortController(); const b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); b.abort("b"); return [any.aborted, any.reason];',
    "return AbortSignal.any([new AbortController().signal, AbortSignal.abort(3)]).reason;",
    "return AbortSignal.any([]).aborted;",
    "const a = new AbortController(); const any = AbortSignal.any([AbortSignal.any([a.signal])]); const log = []; any.onabort = (e) => log.push(e.isTrusted, e.target === any); a.abort(1); return [log, any.reason];",
    'const a = new AbortController(); const any = AbortSignal.any([a.signal]); const log = []; a.signal.onabort = () => log.push("source", any.aborted); any.onabort = () => log.push("any"); a.abort(); return log;',
    "return [thrown(() => AbortSignal.any([5])), thrown(() => AbortSignal.any())];",
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });

  test("any() keeps its first reason, and timeout() takes no negative time", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const [a, b] = [new AbortController(), new AbortController()]; const any = AbortSignal.any([a.signal, b.signal]);
         b.abort("b"); a.abort("a"); return [any.reason, thrown(() => AbortSignal.timeout(-1)), thrown(() => AbortSignal.timeout())];`,
      ),
    ).toEqual(["b", "TypeError", "TypeError"]);
  });

  test("timeout() aborts with a TimeoutError", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        "const signal = AbortSignal.timeout(1); await new Promise((resolve) => (signal.onabort = resolve)); return [signal.reason.name, signal.aborted];",
      ),
    ).toEqual(["TimeoutError", true]);
  });
});
