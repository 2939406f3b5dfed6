import { afterEach, expect, test, vi } from "vitest";
import { frontCode, supervisorCode } from "../../src/processes/process-code.ts";

afterEach(() => vi.unstubAllEnvs());

test("processes have a file each, or their sources where nothing is kept", async () => {
  expect(await frontCode()).toMatch(/\/front-\w+\.cjs$/);
  expect(await supervisorCode()).toMatch(/\/supervisor-\w+\.cjs$/);
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  expect(await frontCode()).toMatch(/\/front\.ts$/);
  expect(await supervisorCode()).toBe(null);
});
