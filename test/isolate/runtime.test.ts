import ivm from "isolated-vm";
import { expect, test } from "vitest";
import { Runtime } from "../../src/isolate/runtime.ts";
import { buildRuntimeSource } from "../../src/isolate/runtime-source.ts";

test("V8 takes the runtime's code cache: without it a start takes several times as long, and works", async () => {
  const runtime = new Runtime(await buildRuntimeSource());
  for (const memoryLimit of [8, 128]) {
    const isolate = new ivm.Isolate({ memoryLimit });
    const script: ivm.Script & { cachedDataRejected?: boolean } = runtime.compile(isolate);
    expect(script.cachedDataRejected).toBe(false);
    isolate.dispose();
  }
});
