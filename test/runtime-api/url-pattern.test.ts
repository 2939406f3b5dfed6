import { expect, it } from "vitest";
import { guest } from "./guest.ts";

it.each([
  [`new URLPattern({ pathname: "/books/:id" }).exec("https://x.test/books/5").pathname.groups.id`, "5"],
  [`new URLPattern("https://*.example.com/:rest*").exec("https://a.example.com/b/c").pathname.groups.rest`, "b/c"],
  [`new URLPattern("/a/:b(\\\\d+)", "https://x.test").test("https://x.test/a/12")`, true],
  [`new URLPattern("/a/:b(\\\\d+)", "https://x.test").test("https://x.test/a/x")`, false],
  [`new URLPattern({ pathname: "/A" }, { ignoreCase: true }).test("https://x.test/a")`, true],
  [`new URLPattern({ search: "q=:q" }).exec({ search: "q=1" }).search.groups.q`, "1"],
  [`new URLPattern({ pathname: "/:x?" }).hasRegExpGroups`, false],
  [`new URLPattern({ pathname: "/{a}?" }).pathname`, "/{a}?"],
  [`Object.prototype.toString.call(new URLPattern())`, "[object URLPattern]"],
  [`URLPattern.name + Object.getOwnPropertyDescriptor(globalThis, "URLPattern").enumerable`, "URLPatternfalse"],
  [`(() => { try { new URLPattern({ pathname: "/(" }); } catch (error) { return error.name; } })()`, "TypeError"],
])("%s", async (code, result) => {
  const { run } = await guest();
  expect(await run(`return ${code};`)).toEqual(result);
});
