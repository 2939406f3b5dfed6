import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("timers", () => {
  test("setTimeout passes arguments and runs once", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        "return await new Promise((resolve) => setTimeout((...args) => resolve(args), 1, 1, 'b', null));",
      ),
    ).toEqual([1, "b", null]);
  });

  test("setInterval repeats until it is cleared, from within too", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        "let n = 0; await new Promise((resolve) => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); resolve(); } }, 1); }); return n;",
      ),
    ).toBe(3);
    expect(it.host.calls.filter((name) => name === "stopTimer")).toHaveLength(1);
  });

  test("a cleared timer never runs, and nonsense is cleared without complaint", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const log = []; clearTimeout(setTimeout(() => log.push("never"), 1)); clearTimeout(); clearInterval("x"); clearTimeout(987654);
         await new Promise((resolve) => setTimeout(resolve, 5)); return log;`,
      ),
    ).toEqual([]);
  });

  test("a handler that is no function is the source of a script", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const { promise, resolve } = Promise.withResolvers(); globalThis.done = resolve; var local = 1;
         setTimeout({ toString: () => "var made = typeof local; done(made)" });
         return [await promise, globalThis.made, thrown(() => setInterval()), thrown(() => setTimeout(Symbol())), thrown(() => queueMicrotask(5))];`,
      ),
    ).toEqual(["undefined", "undefined", "TypeError", "TypeError", "TypeError"]);
  });

  test("an error of a handler is logged and stops nothing", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const log = []; setTimeout(() => { throw new TypeError("in a timer"); }, 0); queueMicrotask(() => { throw "in a microtask"; });
         queueMicrotask(() => log.push("micro")); await new Promise((resolve) => setTimeout(resolve, 5)); return log;`,
      ),
    ).toEqual(["micro"]);
    expect(it.host.logs.map((line) => line.text.split("\n")[0])).toEqual([
      "Uncaught 'in a microtask'",
      "Uncaught TypeError: in a timer",
    ]);
    expect(it.thrown).toEqual([]);
  });

  test("microtasks keep their order and survive a replaced then()", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const log = []; queueMicrotask(() => log.push(1)); Promise.resolve().then(() => log.push(2)); queueMicrotask(() => log.push(3));
         const original = Promise.prototype.then; Promise.prototype.then = () => log.push("mine");
         queueMicrotask(() => log.push(4)); Promise.prototype.then = original;
         await new Promise((resolve) => setTimeout(resolve, 1)); return log;`,
      ),
    ).toEqual([1, 2, 3, 4]);
  });

  test("belong to the invocation that started them", async () => {
    const it = await guest({
      main: `export default { fetch(request, env, ctx) {
        ctx.waitUntil(new Promise((resolve) => setTimeout(() => { console.log("late"); resolve(); }, 1)));
        return new Response("now");
      } };`,
    });
    const { invocation, text } = await it.request("http://h/");
    expect(text).toBe("now");
    await it.finished(invocation);
    expect(it.host.logs).toEqual([{ invocation, level: "info", text: "late" }]);
  });

  test("those of an ended invocation are forgotten", async () => {
    const it = await guest({
      main: `export default { fetch() { setInterval(() => console.log("zombie"), 1); return new Response(); } };`,
    });
    const { invocation } = await it.request("http://h/");
    await it.finished(invocation);
    await inside(it, "await new Promise((resolve) => setTimeout(resolve, 10));");
    expect(it.host.logs).toEqual([]);
  });

  test("scheduler.wait resolves, and rejects when aborted", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `await scheduler.wait(1); const c = new AbortController(); const waiting = rejected(scheduler.wait(10000, { signal: c.signal }));
         c.abort(); return [await waiting, await rejected(scheduler.wait(1, { signal: AbortSignal.abort() }))];`,
      ),
    ).toEqual(["AbortError", "AbortError"]);
  });

  test("reportError logs whatever it is given", async () => {
    const it = await guest();
    await inside(it, "reportError(new Error('reported')); reportError(undefined);");
    expect(it.host.logs.map((line) => line.text.split("\n")[0])).toEqual([
      "Uncaught Error: reported",
      "Uncaught undefined",
    ]);
  });
});
