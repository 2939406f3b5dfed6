import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { childEnv } from "../../src/supervisor/child-env.ts";
import { probePort } from "../../src/supervisor/port-probe.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "islet-test-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

describe("the run directory", () => {
  test("is private, and goes", () => {
    const directory = new RunDirectory(scratch);
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
    directory.remove();
    expect(existsSync(directory.path)).toBe(false);
  });

  test("is refused where sockets could not be opened", () => {
    expect(() => new RunDirectory(mkdtempSync(join(scratch, "x".repeat(100))))).toThrow("set TMPDIR to a shorter one");
  });
});

describe("the port probe", () => {
  test("names the setting of a port that another server has, even if that would share it", async () => {
    const other = createServer().listen({ host: "127.0.0.1", port: 0, reusePort: true });
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    await expect(probePort("127.0.0.1", address.port, "ISLET_PORT")).rejects.toThrow(
      `127.0.0.1:${address.port} is in use by another process; choose another with ISLET_PORT`,
    );
    await new Promise((resolve) => other.close(resolve));
    await probePort("127.0.0.1", address.port, "ISLET_PORT");
  });

  test("takes port 0 as it is", async () => {
    await probePort("127.0.0.1", 0, "ISLET_PORT");
  });

  test("names an address that is not this machine's", async () => {
    await expect(probePort("192.0.2.1", 1234, "ISLET_HOST")).rejects.toThrow("is not an address of this machine");
  });
});

test("children see little of the environment, and pools least", () => {
  const own = { ISLET_TOKEN: "secret", AWS_SECRET: "x", TZ: "UTC", HTTPS_PROXY: "http://p", PATH: "/bin" };
  expect(childEnv("pool", "/data", own)).toEqual({ TZ: "UTC", GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
  expect(Object.keys(childEnv("front", "/data", own)).sort()).toEqual([
    "HTTPS_PROXY",
    "NODE_COMPILE_CACHE",
    "PATH",
    "TZ",
  ]);
  expect(childEnv("front", "/data", own).NODE_COMPILE_CACHE).toBe("/data/compile-cache/front");
  expect(childEnv("front", "/data", { NODE_COMPILE_CACHE: "/cache" }).NODE_COMPILE_CACHE).toBe("/cache");
});
