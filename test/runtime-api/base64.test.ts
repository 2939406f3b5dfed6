import { describe, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode } from "./like-node.ts";

describe("atob and btoa", () => {
  test("agree with Node's", async () => {
    const it = await guest();
    const texts = ["", "a", "ab", "abc", "abcd", "\0\x7f\x80\xff", "ÿþ", "x".repeat(20_001)];
    for (const text of texts) {
      await expectLikeNode(it, `const t = ${JSON.stringify(text)}; return [btoa(t), atob(btoa(t)) === t];`);
    }
    const encoded = [
      "",
      "YQ==",
      "YQ=",
      "YQ",
      "Y Q\n=\t=",
      "YWI=",
      "YWJj",
      "Y",
      "YQ===",
      "=",
      "====",
      "Y=Q=",
      "YW-j",
      "ä",
      "YR==",
      "ab\u000b=",
      "12345",
    ];
    for (const text of encoded)
      await expectLikeNode(
        it,
        `const t = ${JSON.stringify(text)}; return [thrown(() => atob(t)), thrown(() => atob(t)) === "nothing" && atob(t)];`,
      );
    await expectLikeNode(
      it,
      'return [thrown(() => btoa("\\u0100")), btoa(null), btoa(12), atob(null) === "\\x9e\\xe9e", thrown(() => atob())];',
    );
  });
});
