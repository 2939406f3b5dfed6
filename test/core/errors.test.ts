import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorBody, errorKinds, IsletError, isErrorCode } from "../../src/core/errors.ts";

const docs = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const rows = [...docs.matchAll(/^\| `(\w+)` \| (\d+) \| (\w+) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, code, status, blame]) => [code, { status: Number(status), blame }] as const,
);

describe("docs/errors.md", () => {
  test("has each code once", () => {
    const codes = rows.map(([code]) => code);
    expect(codes.toSorted()).toEqual(Object.keys(errorKinds).toSorted());
  });

  test.each(Object.entries(errorKinds))("says the status and blame of %s", (code, { status, blame }) => {
    expect(new Map(rows).get(code)).toEqual({ status, blame });
  });
});

describe("IsletError", () => {
  test("takes status and blame from its code", () => {
    const error = new IsletError("body_too_large", "11 bytes where 10 are allowed");
    expect([error.status, error.blame]).toEqual([413, "client"]);
  });

  test("shows a client the message, the hint and the place, never the detail", () => {
    const place = { module: "index.js", line: 3, column: 7 };
    const error = new IsletError("module_syntax", "Unexpected token", { place, detail: "only for the log" });
    expect(errorBody(error, "r-1")).toEqual({
      error: {
        code: "module_syntax",
        message: "Unexpected token",
        hint: errorKinds.module_syntax.hint,
        requestId: "r-1",
        module: "index.js",
        line: 3,
        column: 7,
      },
    });
  });

  test("leaves out the parts of a place that are not known", () => {
    const { error } = errorBody(new IsletError("module_not_found", "no ./a.js", { place: { module: "b.js" } }), "r-2");
    expect(Object.keys(error)).toEqual(["code", "message", "hint", "requestId", "module"]);
  });

  test("knows its codes from other strings", () => {
    expect([isErrorCode("no_route"), isErrorCode("toString")]).toEqual([true, false]);
  });
});
