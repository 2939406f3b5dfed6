import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("the global scope as an EventTarget", () => {
  test("hears events with and without an object before the method", async () => {
    expect(
      await inside(
        await guest(),
        `const heard = []; const add = addEventListener;
         add("a", function (e) { heard.push(this === globalThis, e.target === globalThis, e.currentTarget === self); });
         self.dispatchEvent(new Event("a")); dispatchEvent(new Event("a"));
         return [heard, addEventListener === EventTarget.prototype.addEventListener, onerror, "onerror" in self];`,
      ),
    ).toEqual([[true, true, true, true, true, true], true, null, true]);
  });

  test("hears of errors that nobody caught, and can see to them", async () => {
    const it = await guest();
    const found = await inside(
      it,
      `const heard = [];
       addEventListener("error", (e) => { heard.push([e.message, e.error?.name ?? e.error, e.lineno > 0, e.isTrusted, e.cancelable]); if (e.error === 5) e.preventDefault(); });
       reportError(new RangeError("far")); reportError(5);
       new EventTarget().addEventListener("x", () => 0);
       const target = new EventTarget(); target.addEventListener("x", () => { throw new TypeError("in a listener"); }); target.dispatchEvent(new Event("x"));
       const { promise, resolve } = Promise.withResolvers(); setTimeout(() => { setTimeout(resolve); throw new SyntaxError("in a timer"); }); await promise;
       return [heard, thrown(() => reportError())];`,
    );
    expect(found).toEqual([
      [
        ["Uncaught RangeError: far", "RangeError", true, true, true],
        ["Uncaught 5", 5, true, true, true],
        ["Uncaught TypeError: in a listener", "TypeError", true, true, true],
        ["Uncaught SyntaxError: in a timer", "SyntaxError", true, true, true],
      ],
      "TypeError",
    ]);
    expect(it.host.logs.map(({ text }) => text.split("\n", 1)[0])).toEqual([
      "Uncaught RangeError: far",
      "Uncaught TypeError: in a listener",
      "Uncaught SyntaxError: in a timer",
    ]);
  });

  test("onerror gets the parts of the event, and true sees to it", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `let got; self.onerror = (...args) => { got = [args.length, args[0], typeof args[1], typeof args[2], args[4].message]; return true; };
         reportError(new Error("one")); const kept = typeof onerror; onerror = 5; reportError(new Error("two")); return [got, kept, onerror];`,
      ),
    ).toEqual([[5, "Uncaught Error: one", "string", "number", "one"], "function", null]);
    expect(it.host.logs.map(({ text }) => text.split("\n", 1)[0])).toEqual(["Uncaught Error: two"]);
  });

  test("what its own listeners throw is logged, not told again", async () => {
    const it = await guest();
    await inside(
      it,
      'addEventListener("error", () => { throw new Error("second"); }); reportError(new Error("first"));',
    );
    expect(it.host.logs.map(({ text }) => text.split("\n", 1)[0])).toEqual([
      "Uncaught Error: second",
      "Uncaught Error: first",
    ]);
  });

  test("isTrusted is an object's own, and nobody can forge it", async () => {
    expect(
      await inside(
        await guest(),
        `const e = new Event("a"); const { get, configurable } = Object.getOwnPropertyDescriptor(e, "isTrusted");
         return [typeof get, configurable, e.isTrusted, "isTrusted" in Event.prototype, thrown(() => { "use strict"; Object.defineProperty(e, "isTrusted", { value: true }); })];`,
      ),
    ).toEqual(["function", false, false, false, "TypeError"]);
  });
});
