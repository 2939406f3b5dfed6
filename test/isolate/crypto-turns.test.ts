import { expect, test } from "vitest";
import { Turns } from "../../src/isolate/crypto/turns.ts";

/** Turns that are over when the test says so. */
function record() {
  const turns = new Turns();
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  return {
    started,
    take: (owner: object, name: string, long = false) =>
      turns.take(owner, long, () => {
        started.push(name);
        return new Promise((resolve) => ends.set(name, resolve));
      }),
    async end(name: string) {
      ends.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

test("nobody has all threads, and what waits has its turn in order", async () => {
  const { started, take, end } = record();
  const [a, b] = [{}, {}];
  for (const name of ["a1", "a2", "a3", "a4"]) take(a, name);
  take(b, "b1");
  take(b, "b2");
  expect(started).toEqual(["a1", "a2", "b1"]);
  await end("b1");
  expect(started).toEqual(["a1", "a2", "b1", "b2"]);
  await end("a1");
  await end("a2");
  expect(started).toEqual(["a1", "a2", "b1", "b2", "a3", "a4"]);
});

test("long ones leave a thread for short ones", async () => {
  const { started, take, end } = record();
  const [a, b, c] = [{}, {}, {}];
  take(a, "a", true);
  take(b, "b", true);
  take(c, "c", true);
  take(c, "short");
  expect(started).toEqual(["a", "b", "short"]);
  await end("a");
  expect(started).toEqual(["a", "b", "short", "c"]);
});
