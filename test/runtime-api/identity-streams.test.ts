import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("FixedLengthStream", () => {
  test("passes bytes on as they are wanted, and has a content-length as an answer's body", async () => {
    const it = await guest({
      main: `export default { fetch() {
        const { readable, writable } = new FixedLengthStream(5n); const writer = writable.getWriter();
        void writer.write(new TextEncoder().encode("ab")); void writer.write(new Uint8Array([99, 100, 101]).buffer); void writer.close();
        return new Response(readable); } };`,
    });
    const answer = await it.request("http://x/");
    expect([answer.text, Object.fromEntries(answer.headers)["content-length"]]).toEqual(["abcde", "5"]);
  });

  test("breaks off when there is more or less than was announced", async () => {
    expect(
      await inside(
        await guest(),
        `const through = async (length, ...chunks) => { const { readable, writable } = new FixedLengthStream(length); const writer = writable.getWriter();
           const writing = (async () => { for (const chunk of chunks) await writer.write(chunk); await writer.close(); })();
           const read = new Response(readable).text().then((text) => text, (error) => error.name);
           return [await rejected(writing), await read]; };
         const byob = new IdentityTransformStream(); const reader = byob.readable.getReader({ mode: "byob" }); void byob.writable.getWriter().write(new Uint8Array([7]));
         return [await through(2, new Uint8Array(3)), await through(2, new Uint8Array(1)), await through(1, "x"), [...(await reader.read(new Uint8Array(4))).value],
           thrown(() => new FixedLengthStream(-1)), new FixedLengthStream(1) instanceof TransformStream];`,
      ),
    ).toEqual([
      ...[
        ["TypeError", "TypeError"],
        ["TypeError", "TypeError"],
        ["TypeError", "TypeError"],
      ],
      ...[[7], "TypeError", true],
    ]);
  });
});
