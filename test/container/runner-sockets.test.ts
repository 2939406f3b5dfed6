import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type RunnerListener, RunnerSockets } from "../../src/container/runner-sockets.ts";

/** Of the path of a socket, the zero at its end included. */
const longestPath = 108;
const nothing = () => undefined;
const listener: RunnerListener = {
  ...{ onReady: nothing, onLoadFailure: nothing, onLog: nothing, onBackground: nothing, onLines: nothing },
  ...{ onEnd: nothing, onConnection: nothing, onEgress: nothing },
};

test("when one socket cannot listen, none is left open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "islet-sockets-"));
  try {
    // "egress" has room there, and "requests" has not.
    const directory = join(folder, "d".repeat(longestPath - folder.length - 2 - "/egress".length));
    await expect(RunnerSockets.open(directory, 1, listener)).rejects.toThrow();
    // Whoever closes a server removes its file.
    await expect.poll(() => existsSync(join(directory, "egress"))).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
