import { afterEach, beforeEach, expect, test } from "vitest";
import { isolateKey, type LiveFunction } from "../../src/core/deployment.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { frameType } from "../../src/pool/wire/frames.ts";
import { FakePool, frame } from "./fake-pool.ts";

const fn: LiveFunction = {
  ...{ name: "early", tenant: "early", group: "shared", versionId: "b".repeat(64), routes: [] },
  limits: defaultLimits,
};
const key = Buffer.from(isolateKey(fn));

let pool: FakePool;
beforeEach(async () => {
  pool = await FakePool.start();
});
afterEach(() => pool.stop());

test("a version is asked for once, its bundle is sent when that is needed, and all who asked hear the same", async () => {
  const outcomes = [pool.link.prewarm(fn, true), pool.link.prewarm(fn, true)];
  await pool.received(frameType.prewarm);
  await pool.send(frame(frameType.need, 0, key));
  await pool.received(frameType.bundle);
  expect(pool.bundlesRead).toEqual([fn.versionId]);
  await pool.send(frame(frameType.prewarmed, 0, [3], key));
  expect(await Promise.all(outcomes)).toEqual(["full", "full"]);
  expect(pool.seen.filter(({ type }) => type === frameType.prewarm)).toHaveLength(1);
  const again = pool.link.prewarm(fn, false);
  await pool.received(frameType.prewarm, 2);
  await pool.send(frame(frameType.prewarmed, 0, [0], key));
  expect(await again).toBe("warm");
});

test("with its process it is lost, and suspected", async () => {
  const outcome = pool.link.prewarm(fn, false);
  await pool.received(frameType.prewarm);
  pool.nothingMore();
  expect(await outcome).toBe("lost");
  expect(pool.forged).toEqual([]);
});

test.each([
  ["of a version that was not asked for", () => frame(frameType.prewarmed, 0, [0], Buffer.from("other@1"))],
  ["that there is not", () => frame(frameType.prewarmed, 0, [9], key)],
  ["without a number", () => frame(frameType.prewarmed, 0)],
])("an outcome %s is no honest process's", async (_, forged) => {
  const outcome = pool.link.prewarm(fn, false);
  await pool.received(frameType.prewarm);
  await pool.send(forged());
  await pool.closed;
  expect(pool.forged).toHaveLength(1);
  expect(await outcome).toBe("lost");
});
