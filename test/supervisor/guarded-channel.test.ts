import { afterEach, beforeEach, expect, test } from "vitest";
import type { PoolChild } from "../../src/supervisor/child-kinds.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { bearPool, bundle } from "./births.ts";

let directory: RunDirectory;
let pool: PoolChild;

beforeEach(async () => {
  directory = new RunDirectory();
  pool = bearPool(directory);
  await pool.ready;
});

afterEach(async () => {
  pool.kill("stopped");
  await pool.dead;
  directory.remove();
});

// By the first two a child ended its supervisor, by the third it filled its memory.
test.each([
  ["what is no message", "garble.js"],
  ["a message about a handle", "handle.js"],
  ["a message without end", "endless-message.js"],
  ["a message without a type", "no-message.js"],
])("%s ends the child that sent it, and nobody else", async (_, main) => {
  const answer = pool.ask("checked", (seq) => ({ type: "check", seq, bundle: bundle(main) }), 20_000);
  expect((await pool.dead).reason).toBe("forged");
  expect(await answer).toBeNull();
});

test("what is well-formed is read as before", async () => {
  const large = bundle("good.js", { filler: "x".repeat(100_000) });
  const answers = Array.from({ length: 5 }, () =>
    pool.ask("checked", (seq) => ({ type: "check", seq, bundle: large }), 20_000),
  );
  for (const answer of await Promise.all(answers)) expect(answer?.problem).toBeNull();
});
