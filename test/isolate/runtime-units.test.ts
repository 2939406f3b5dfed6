import { expect, test } from "vitest";
import { type ModuleGraph, unitsOf } from "../../src/isolate/runtime-units.ts";

const module = (imports: string[], lazily: string[] = []) => ({ imports, lazily });
const graph: ModuleGraph = new Map([
  ["boot.ts", module(["host.ts"], ["hot.ts", "blob.ts", "form.ts", "crypto.ts"])],
  ["host.ts", module([])],
  ["hot.ts", module(["host.ts", "hot-too.ts"], ["blob.ts"])],
  ["hot-too.ts", module([])],
  ["blob.ts", module(["host.ts", "bytes.ts"], ["form.ts"])],
  ["form.ts", module(["bytes.ts", "hot-too.ts"])],
  ["bytes.ts", module(["table.ts"])],
  ["table.ts", module([])],
  ["crypto.ts", module(["key.ts"])],
  ["key.ts", module([])],
]);

test("what boots and what is hot is the core, with all that they import", () => {
  const units = unitsOf(graph, "boot.ts", ["hot.ts"]);
  expect([...units].filter(([, unit]) => unit === "core").map(([id]) => id)).toEqual([
    ...["boot.ts", "host.ts", "hot.ts", "hot-too.ts"],
  ]);
});

test("what is touched at once goes together, and what several need goes apart, once", () => {
  const units = unitsOf(graph, "boot.ts", ["hot.ts"]);
  const unit = (id: string) => units.get(id);
  expect(unit("crypto.ts")).toBe(unit("key.ts"));
  expect(unit("bytes.ts")).toBe(unit("table.ts"));
  expect(new Set(["blob.ts", "form.ts", "bytes.ts", "crypto.ts"].map(unit)).size).toBe(4);
});
