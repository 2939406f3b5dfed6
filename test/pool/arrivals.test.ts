import { expect, test } from "vitest";
import { Arrivals } from "../../src/pool/arrivals.ts";

/** In which order requests of these versions run, when `entered` ran last. */
function orderOf(keys: readonly string[], entered: string): string[] {
  const arrivals = new Arrivals();
  const request = { sentUs: 0, flags: 0, method: "GET", url: "", headers: "", body: null };
  keys.forEach((key, id) => {
    arrivals.add({ ...request, id, key });
  });
  return arrivals.take(entered).map(({ key, id }) => `${key}${id}`);
}

test.each([
  ["those of one version run as they came", "aaa", "a", "a0 a1 a2"],
  ["other versions go before the one that ran last", "aab", "a", "b2 a0 a1"],
  ["each version's run together", "aabacb", "a", "b2 b5 c4 a0 a1 a3"],
  ["with nobody before them the first goes first", "ab", "", "a0 b1"],
])("%s", (_, keys, entered, order) => {
  expect(orderOf([...keys], entered)).toEqual(order.split(" "));
});
