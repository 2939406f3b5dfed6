import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "another then(), another iteration and other symbols, in a function with AsyncLocalStorage",
  holds: "Its own stores may be lost; the runtime answers as it does without, or with the function's own error.",
  severity: "tame",
  source: handler(
    `return await als.run("store", async () => {
      try { await { get then() { throw new Error("getter"); } }; } catch {}
      try { for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => ({ get done() { throw new Error("done"); } }) }) }); } catch {}
      try { for await (const x of { [Symbol.asyncIterator]: () => new Proxy({}, { get: () => () => 1 }) }); } catch {}
      await null;
      return new Response("fine");
    });`,
    `import { AsyncLocalStorage } from "node:async_hooks";
    const als = new AsyncLocalStorage();
    Object.defineProperty(Promise.prototype, "then", { get() { return () => "then"; } });
    Object.prototype.frame = { storage: als, value: "planted" };
    Array.prototype[0] = "planted"; Reflect.apply = () => "applied"; Object.getPrototypeOf = () => Promise.prototype;`,
  ),
  times: 2,
  expectation: { answers: [200, "function_error", "function_wall_limit"], body: /^fine$/, refused: ["module_failed"] },
} satisfies FunctionAttack;
