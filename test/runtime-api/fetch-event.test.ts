import { describe, expect, test } from "vitest";
import { type GuestOptions, guest } from "./guest.ts";

const url = "http://hello.localhost/a?b=c";
const listening = (body: string, options: GuestOptions = {}) =>
  guest({ main: `addEventListener("fetch", (event) => { ${body} });`, ...options });

describe("a function that is written like a service worker", () => {
  test("answers by respondWith(), with a response or a promise of one", async () => {
    const it = await listening(`event.respondWith(new Response(event.type + " " + event.request.url));`);
    expect((await it.request(url)).text).toBe(`fetch ${url}`);
    const later = await listening(`event.respondWith((async () => new Response(await event.request.text()))());`);
    expect((await later.request(url, { method: "POST", body: "echo" })).text).toBe("echo");
  });

  test("has an event of the server's, of the interfaces that it knows", async () => {
    const it =
      await listening(`event.respondWith(Response.json([event instanceof FetchEvent, event instanceof ExtendableEvent,
      event.isTrusted, event.target === self, Object.prototype.toString.call(event)]));`);
    expect((await it.request(url)).text).toBe(`[true,true,true,true,"[object FetchEvent]"]`);
  });

  test("finds its variables in the global scope, unless they would hide something there", async () => {
    const it = await listening("event.respondWith(Response.json([NAME, typeof fetch]));", {
      env: { NAME: "value", fetch: "no" },
    });
    expect((await it.request(url)).text).toBe(`["value","function"]`);
  });

  test("may wait for more after the answer", async () => {
    const it = await listening(`event.respondWith(new Response("first"));
      event.waitUntil(new Promise((resolve) => setTimeout(resolve, 1)));`);
    const id = it.begin(url);
    expect((await it.answer(id)).text).toBe("first");
    await it.finished(id);
  });

  test("leaves to the next listener what it does not answer", async () => {
    const it = await guest({
      main: `let called = 0;
        addEventListener("fetch", () => { called++; });
        addEventListener("fetch", (event) => event.respondWith(new Response("second " + called)));
        addEventListener("fetch", () => { called = "too many"; });`,
    });
    expect((await it.request(url)).text).toBe("second 1");
    expect((await it.request(url)).text).toBe("second 2");
  });

  test.each([
    ["nothing", { failure: "no_response", message: "No listener for the fetch event has called respondWith()" }],
    ["event.respondWith(7);", { failure: "no_response", message: "respondWith() gave a number, not a Response" }],
    ["event.respondWith(Promise.reject(new Error('no')));", { failure: "threw", message: "Error: no" }],
    ["throw new Error('no');", { failure: "no_response" }],
  ])("fails for its own fault with %s", async (body, failure) => {
    const it = await listening(body === "nothing" ? "" : body);
    expect(await it.outcome(it.begin(url))).toMatchObject({ kind: "failure", ...failure });
  });

  test("answers once, and not when its listeners are over", async () => {
    const it = await listening(`
      event.respondWith((async () => {
        await null;
        try { event.respondWith(new Response("late")); } catch (late) { return new Response(twice + " " + late.name); }
      })());
      let twice;
      try { event.respondWith(new Response("twice")); } catch (error) { twice = error.name; }`);
    expect((await it.request(url)).text).toBe("InvalidStateError InvalidStateError");
  });

  test("gives way to a default export with fetch()", async () => {
    const it = await guest({
      main: `addEventListener("fetch", (event) => event.respondWith(new Response("listener")));
        export default { fetch: () => new Response("export") };`,
    });
    expect((await it.request(url)).text).toBe("export");
  });

  test("cannot make an event that the server takes an answer from", async () => {
    const it = await guest();
    expect(
      await it.run(`const event = new FetchEvent("fetch", { request: new Request("http://a/") });
        const name = (call) => { try { call(); } catch (error) { return error.name; } };
        return [event.isTrusted, name(() => event.respondWith(new Response())), name(() => event.waitUntil(1)),
          name(() => new FetchEvent("fetch", {})), "connect" in ExtendableEvent, "answerOf" in FetchEvent];`),
    ).toEqual([false, "InvalidStateError", "InvalidStateError", "TypeError", false, false]);
  });
});
