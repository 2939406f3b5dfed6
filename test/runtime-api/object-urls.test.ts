import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("blob: URLs", () => {
  test("can be fetched until they are revoked", async () => {
    expect(
      await inside(
        await guest(),
        `const url = URL.createObjectURL(new Blob(["in it"], { type: "a/b" })); const answer = await fetch(url + "#x");
         const early = new Request(url); const copy = early.clone(); URL.revokeObjectURL(url);
         return [/^blob:null\\/[0-9a-f-]{36}$/.test(url), answer.status, answer.statusText, answer.headers.get("content-type"), answer.headers.get("content-length"),
           await answer.text(), await (await fetch(early)).text(), await (await fetch(copy)).text(), await rejected(fetch(url)), URL.revokeObjectURL("x")];`,
      ),
    ).toEqual([true, 200, "OK", "a/b", "5", "in it", "in it", "in it", "TypeError", null]);
  });

  test("are for blobs and for GET only, and there are only so many", async () => {
    expect(
      await inside(
        await guest(),
        `const blob = new Blob(["x"]); const url = URL.createObjectURL(blob);
         return [thrown(() => URL.createObjectURL({})), await rejected(fetch(url, { method: "POST" })), await rejected(fetch(url + "?a")),
           thrown(() => { for (let i = 0; i < 10_000; i++) URL.createObjectURL(blob); })];`,
      ),
    ).toEqual(["TypeError", "TypeError", "TypeError", "QuotaExceededError"]);
  });
});
