import { expect, test } from "vitest";
import { lossOf } from "../../src/pool/loss.ts";

const stalledBy = (key: string) => ({ guilty: [key], how: "stalled", entered: key }) as const;

test("the guilty version's requests fail by its fault", () => {
  expect(lossOf("a@1", stalledBy("a@1"), false)).toMatchObject({ code: "function_stalled", notBegun: false });
});

test.each([
  ["another version was entered last, and nothing was heard of it", stalledBy("b@1"), false, true],
  ["something was heard of it", stalledBy("b@1"), true, false],
  ["its version was entered last", { guilty: [], how: null, entered: "a@1" }, false, false],
  ["versions were on threads", { guilty: ["b@1"], how: "crashed", entered: null }, false, false],
  ["nobody knows", null, false, false],
] as const)("of an innocent request: %s", (_, verdict, heardOf, notBegun) => {
  expect(lossOf("a@1", verdict, heardOf)).toMatchObject({ code: "pool_lost", notBegun });
});
