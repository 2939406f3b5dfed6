import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { islet, startIslet } from "./run-islet.ts";

/** Makes the launcher believe that it runs on another Node; what it starts is not told. */
function pretending(version: string): string[] {
  const code = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: ${JSON.stringify(version)} } })`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

test("on an old Node, the installed Node 24 runs the command with its arguments, output and exit code", async () => {
  const nodeFlags = pretending("18.20.0");
  expect(await islet(["--help"], { nodeFlags })).toMatchObject({
    code: 0,
    out: expect.stringContaining("deploy"),
    err: "",
  });
  const wrong = await islet(["serve", "--port", "http"], { nodeFlags });
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('the flag --port is "http"') });
});

test("on an old Node without an installed one, one line says what is needed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "islet-bin-"));
  try {
    const script = join(folder, "islet.mjs");
    await cp(fileURLToPath(new URL("../../bin/islet.js", import.meta.url)), script);
    const { code, err } = await islet(["serve"], { nodeFlags: pretending("18.20.0"), script });
    expect(code).toBe(1);
    expect(err).toMatch(/^Islet needs Node 24, and this is Node 18\.20\.0; [^\n]*\n$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s reaches the Node that was started", async (signal) => {
  // The command hangs in a call that is never answered.
  const server = createServer();
  const called = new Promise((resolve) => server.once("request", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const port = String((server.address() as AddressInfo).port);
    const args = ["list", "--token", "t", "--control-port", port];
    const { child, done } = startIslet(args, { nodeFlags: pretending("18.20.0") });
    await called;
    child.kill(signal);
    expect((await done).code).toBe(128 + { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
