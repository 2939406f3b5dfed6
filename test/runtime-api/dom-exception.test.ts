import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("DOMException", () => {
  test("has names, messages, legacy codes and constants as Node's has", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      'const e = new DOMException("m", "AbortError"); return [e.name, e.message, e.code, String(e)];',
    );
    await expectLikeNode(it, "const e = new DOMException(); return [e.name, e.message, e.code];");
    await expectLikeNode(it, 'return new DOMException("m", "NoSuchName").code;');
    await expectLikeNode(
      it,
      "return [DOMException.DATA_CLONE_ERR, DOMException.prototype.ABORT_ERR, DOMException.length];",
    );
    await expectLikeNode(it, 'return new DOMException("m", { name: "DataError", cause: 7 }).cause;');
  });

  test("is an error with a stack, and nothing else passes for one", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const e = new DOMException("m", "DataError");
         return [e instanceof Error, Error.isError(e), e.stack.split("\\n")[0], Object.keys(e),
           Object.prototype.toString.call(e), Object.getPrototypeOf(DOMException) === Function.prototype];`,
      ),
    ).toEqual([true, true, "DataError: m", [], "[object DOMException]", true]);
    expect(await inside(it, "return thrown(() => DOMException.prototype.name);")).toBe("TypeError");
    expect(await inside(it, "class E extends DOMException {} return new E() instanceof E;")).toBe(true);
  });
});
