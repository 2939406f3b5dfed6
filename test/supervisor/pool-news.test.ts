import { beforeEach, expect, test } from "vitest";
import { PoolNews } from "../../src/supervisor/pool-news.ts";
import { ManualTimers } from "./manual-timers.ts";

let timers: ManualTimers;
let heard: unknown[];
let news: PoolNews;

beforeEach(() => {
  timers = new ManualTimers();
  heard = [];
  news = new PoolNews({
    timers,
    onBreach: (key, kind, count) => heard.push([key, kind, count]),
    onRetire: (reason) => heard.push(reason),
    onDrained: () => heard.push("drained"),
  });
});

const breach = { type: "breach", key: "f@1", kind: "cpu", count: 1 };

test.each([
  { ...breach, key: 7 },
  { ...breach, key: "x".repeat(257) },
  { ...breach, kind: "murder" },
  { ...breach, kind: "constructor" },
  { ...breach, count: 0 },
  { ...breach, count: Number.NaN },
  { ...breach, count: "1" },
  { type: "breach" },
  { type: "other" },
  {},
])("%j is not listened to", (message) => {
  news.read(message);
  expect(heard).toEqual([]);
});

test("what is well-formed is passed on, within bounds", () => {
  news.read({ ...breach, count: 1e9 });
  news.read({ type: "retire", reason: "a\nb".padEnd(1_000, "c") });
  news.read({ type: "retire", reason: "again" });
  expect(heard).toEqual([["f@1", "cpu", 1_000], `a?b${"c".repeat(197)}`]);
});

test("a flood is cut off, until the next second", () => {
  for (let i = 0; i < 1_000; i++) news.read(breach);
  expect(heard).toHaveLength(200);
  timers.advance(1_000);
  news.read(breach);
  expect(heard).toHaveLength(201);
});
