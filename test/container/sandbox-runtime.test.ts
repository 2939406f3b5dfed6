import { expect, test } from "vitest";
import { type Runtimes, sandboxRuntime } from "../../src/container/sandbox-runtime.ts";

const plain: Runtimes = { runc: {} };
const deaf: Runtimes = { runc: {}, runsc: { runtimeArgs: ["--platform=ptrace"] } };
const able: Runtimes = { runc: {}, runsc: { runtimeArgs: ["--platform=ptrace", "--host-uds=open"] } };

test("gVisor is used where the engine has it and it can connect to sockets", () => {
  expect([plain, deaf, able].map((runtimes) => sandboxRuntime("auto", runtimes))).toEqual([
    undefined,
    undefined,
    "runsc",
  ]);
  expect(sandboxRuntime("off", able)).toBeUndefined();
  expect(sandboxRuntime("require", able)).toBe("runsc");
});

test("what is required and not there is told", () => {
  expect(() => sandboxRuntime("require", plain)).toThrow(/no runtime runsc/);
  expect(() => sandboxRuntime("require", deaf)).toThrow(/--host-uds=open/);
});
