import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("EventTarget", () => {
  test.each([
    [
      "listeners run in order, once each",
      'target.addEventListener("a", f); target.addEventListener("a", f); target.addEventListener("a", g);',
    ],
    ["once", 'target.addEventListener("a", f, { once: true }); target.dispatchEvent(new Event("a"));'],
    [
      "removal needs the same capture",
      'target.addEventListener("a", f, true); target.removeEventListener("a", f); target.addEventListener("a", g); target.removeEventListener("a", g);',
    ],
    ["handleEvent", 'target.addEventListener("a", { handleEvent(e) { log.push(this === e.target, e.type); } });'],
    ["handleEvent is looked up late", 'const o = {}; target.addEventListener("a", o); o.handleEvent = f;'],
    [
      "stopImmediatePropagation",
      'target.addEventListener("a", (e) => { f(e); e.stopImmediatePropagation(); }); target.addEventListener("a", g);',
    ],
    ["signal", 'const c = new AbortController(); target.addEventListener("a", f, { signal: c.signal }); c.abort();'],
    ["an aborted signal", 'target.addEventListener("a", f, { signal: AbortSignal.abort() });'],
    [
      "removed while dispatching",
      'target.addEventListener("a", () => target.removeEventListener("a", f)); target.addEventListener("a", f);',
    ],
    ["added while dispatching", 'target.addEventListener("a", () => target.addEventListener("a", f));'],
    ["a null listener", 'target.addEventListener("a", null);'],
  ])("%s", async (_name, code) => {
    await expectLikeNode(
      await guest(),
      `const log = []; const target = new EventTarget();
       const f = (e) => log.push("f", e.type, e.eventPhase); const g = (e) => log.push("g", e.type);
       ${code}
       log.push(target.dispatchEvent(new Event("a"))); return log;`,
    );
  });

  test("capturing listeners come first", async () => {
    expect(
      await inside(
        await guest(),
        `const log = []; const target = new EventTarget();
         target.addEventListener("a", () => log.push("bubbling")); target.addEventListener("a", () => log.push("capturing"), true);
         target.dispatchEvent(new Event("a")); return log;`,
      ),
    ).toEqual(["capturing", "bubbling"]);
  });

  test("preventDefault needs a cancelable event and an active listener", async () => {
    const it = await guest();
    for (const [cancelable, passive] of [
      [true, false],
      [false, false],
      [true, true],
    ]) {
      await expectLikeNode(
        it,
        `const target = new EventTarget();
         target.addEventListener("a", (e) => e.preventDefault(), { passive: ${passive} });
         const event = new Event("a", { cancelable: ${cancelable} });
         return [target.dispatchEvent(event), event.defaultPrevented, event.returnValue];`,
      );
    }
  });

  test("an error of a listener is logged and stops no other", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const log = []; const target = new EventTarget();
         target.addEventListener("a", () => { throw new RangeError("of a listener"); });
         target.addEventListener("a", () => log.push("next"));
         log.push(target.dispatchEvent(new Event("a"))); return log;`,
      ),
    ).toEqual(["next", true]);
    expect(it.host.logs).toHaveLength(1);
    expect(it.host.logs[0]).toMatchObject({
      level: "error",
      text: expect.stringMatching(/^Uncaught RangeError: of a listener/),
    });
  });

  test("arguments are checked", async () => {
    const it = await guest();
    await expectLikeNode(it, "return [thrown(() => new Event()), thrown(() => new EventTarget().dispatchEvent({}))];");
    await expectLikeNode(it, 'return thrown(() => new EventTarget().addEventListener("a"));');
    expect(
      await inside(
        it,
        `const target = new EventTarget(); let name;
         target.addEventListener("a", (e) => { name = thrown(() => target.dispatchEvent(e)); });
         target.dispatchEvent(new Event("a"));
         return [name, thrown(() => target.addEventListener("a", 5)), thrown(() => target.addEventListener("a", () => 0, { signal: {} }))];`,
      ),
    ).toEqual(["InvalidStateError", "TypeError", "TypeError"]);
  });
});

describe("kinds of events", () => {
  test("carry what they are given", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      'const e = new CustomEvent("c", { detail: { a: 1 } }); return [e.type, e.detail, new CustomEvent("d").detail];',
    );
    await expectLikeNode(
      it,
      'const e = new MessageEvent("m", { data: [1], origin: "o" }); return [e.data, e.origin, e.source, e.ports];',
    );
    expect(
      await inside(
        it,
        `const error = new ErrorEvent("error", { message: "m", lineno: 3, error: 5 });
         const rejection = new PromiseRejectionEvent("r", { promise: Promise.resolve(), reason: 9 });
         return [error.message, error.lineno, error.error, error.filename, rejection.reason, rejection instanceof Event];`,
      ),
    ).toEqual(["m", 3, 5, "", 9, true]);
  });

  test("nothing of the inside is left on the classes", async () => {
    const it = await guest();
    const names = "[Event, EventTarget, AbortSignal, CustomEvent].map((type) => Object.keys(type).join())";
    expect(await inside(it, `return ${names};`)).toEqual([
      "NONE,CAPTURING_PHASE,AT_TARGET,BUBBLING_PHASE",
      "",
      "abort,timeout,any",
      "",
    ]);
  });
});
