import { afterEach, beforeEach, expect, test } from "vitest";
import type { PoolList } from "../../src/core/messages.ts";
import type { PoolChild } from "../../src/supervisor/child-kinds.ts";
import type { Death } from "../../src/supervisor/death.ts";
import { Pools } from "../../src/supervisor/pools.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { bearPool } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

let directory: RunDirectory;
let timers: ManualTimers;
let pools: Pools;
let lists: PoolList[];
let onList: () => void;
let deaths: { pool: PoolChild; death: Death }[];
let onDeath: () => void;

beforeEach(async () => {
  directory = new RunDirectory();
  timers = new ManualTimers();
  lists = [];
  onList = () => undefined;
  deaths = [];
  onDeath = () => undefined;
  pools = new Pools({
    count: 0,
    dedicated: { max: 2, idleMs: 60_000 },
    leaveMs: 10_000,
    timers,
    clock: timers,
    bear: () => bearPool(directory),
    onChange: (list) => {
      lists.push(list);
      onList();
    },
    onDeath: (pool, death) => {
      deaths.push({ pool, death });
      onDeath();
    },
    onDedicated: () => undefined,
  });
  await pools.start();
});

afterEach(async () => {
  await pools.kill();
  directory.remove();
});

/** Resolves as soon as the list that fronts have is so. */
async function listed(isSo: (list: PoolList) => boolean): Promise<PoolList> {
  for (;;) {
    const last = lists.at(-1);
    if (last && isSo(last)) return last;
    await new Promise<void>((resolve) => (onList = resolve));
  }
}

async function died(count: number): Promise<void> {
  while (deaths.length < count) await new Promise<void>((resolve) => (onDeath = resolve));
}

const groups = (list: PoolList | undefined) => list?.pools.map(({ group }) => group);
const has = (group: string) => (list: PoolList) => list.pools.some((pool) => pool.group === group);

test("a group gets the spare at once, when it is wanted", async () => {
  const spare = await pools.spare.whenReady();
  pools.wanted("tenant:a");
  expect(lists.at(-1)).toEqual({
    pools: [{ id: spare.id, group: "tenant:a", place: 0, socketPath: spare.socketPath }],
    closed: [],
  });
  expect(pools.groupOf(spare)).toBe("tenant:a");
  pools.wanted("tenant:a");
  expect(lists).toHaveLength(1);
});

test("a group that nobody wants any more loses its process", async () => {
  pools.wanted("tenant:a");
  timers.advance(59_000);
  pools.wanted("tenant:a");
  timers.advance(59_000);
  expect(groups(lists.at(-1))).toEqual(["tenant:a"]);
  timers.advance(1_000);
  expect(groups(lists.at(-1))).toEqual([]);
  await died(1);
  expect(deaths[0]?.death.reason).toBe("retired");
});

test("the one that was idle for longest makes room, but none that is in use", async () => {
  pools.wanted("tenant:a");
  timers.advance(1_000);
  pools.wanted("tenant:b");
  pools.wanted("tenant:c");
  await listed(has("tenant:b"));
  expect(groups(lists.at(-1))).toEqual(["tenant:a", "tenant:b"]);
  timers.advance(1_500);
  pools.wanted("tenant:b");
  pools.wanted("tenant:c");
  expect(groups(await listed(has("tenant:c")))).toEqual(["tenant:b", "tenant:c"]);
});

test("a group whose functions end its process is closed for longer each time; a kill from outside closes none", async () => {
  pools.wanted("tenant:a");
  const crash = async (signal: NodeJS.Signals) => {
    const [address] = (await listed(has("tenant:a"))).pools;
    const before = deaths.length;
    process.kill(pools.byId(address?.id ?? "")?.pid ?? 0, signal);
    await died(before + 1);
  };
  await crash("SIGKILL");
  expect(lists.at(-1)?.closed).toEqual([]);
  await crash("SIGSEGV");
  expect(lists.at(-1)?.closed).toEqual([]);
  for (const seconds of [1, 2, 4]) {
    await crash("SIGSEGV");
    expect(lists.at(-1)?.closed).toEqual([{ group: "tenant:a", untilMs: timers.now() + seconds * 1_000 }]);
    timers.advance(seconds * 1_000);
    expect(lists.at(-1)?.closed).toEqual([]);
  }
});

test("a process that is retired gives its place away at once and ends when its requests are over", async () => {
  const spare = await pools.spare.whenReady();
  pools.wanted("tenant:a");
  const heir = await pools.spare.whenReady();
  pools.retire(spare);
  expect(lists.at(-1)?.pools.map(({ id }) => id)).toEqual([heir.id]);
  expect(pools.groupOf(spare)).toBeUndefined();
  await died(1);
  expect(deaths).toMatchObject([{ pool: spare, death: { reason: "retired" } }]);
});
