import { afterEach, beforeEach, expect, test } from "vitest";
import type { PoolList } from "../../src/core/messages.ts";
import type { PoolChild } from "../../src/supervisor/child-kinds.ts";
import type { Death } from "../../src/supervisor/death.ts";
import { Pools } from "../../src/supervisor/pools.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { bearPool } from "./births.ts";
import { ManualTimers } from "./manual-timers.ts";

let directory: RunDirectory;
let pools: Pools;
let timers: ManualTimers;
let lists: PoolList[];
let births: PoolChild[];
let deaths: { pool: PoolChild; death: Death }[];

beforeEach(async () => {
  directory = new RunDirectory();
  lists = [];
  births = [];
  deaths = [];
  timers = new ManualTimers();
  pools = new Pools({
    count: 2,
    dedicated: { max: 2, idleMs: 60_000 },
    leaveMs: 10_000,
    timers,
    clock: timers,
    bear: () => {
      const pool = bearPool(directory);
      births.push(pool);
      return pool;
    },
    onChange: (list) => lists.push(list),
    onDeath: (pool, death) => deaths.push({ pool, death }),
    onDedicated: () => undefined,
  });
  await pools.start();
});

afterEach(async () => {
  await pools.kill();
  directory.remove();
});

async function crash(pool: PoolChild | undefined): Promise<void> {
  if (pool?.pid === undefined) throw new Error("no such pool process");
  process.kill(pool.pid, "SIGSEGV");
  await pool.dead;
}

test("pool processes have places and sockets; the spare is not among them", async () => {
  const spare = await pools.spare.whenReady();
  const addresses = pools.list().pools;
  expect(addresses.map((pool) => pool.place)).toEqual([0, 1]);
  expect(new Set(addresses.map((pool) => pool.socketPath)).size).toBe(2);
  expect(addresses.map((pool) => pool.id)).not.toContain(spare.id);
  expect(lists.at(-1)?.pools).toEqual(addresses);
});

test("the spare takes the place of a dead pool process at once, and a new spare starts", async () => {
  const spare = await pools.spare.whenReady();
  const [first, second] = births;
  await crash(first);
  expect(lists.at(-1)?.pools).toEqual([
    { id: spare.id, group: "shared", place: 0, socketPath: spare.socketPath },
    { id: second?.id, group: "shared", place: 1, socketPath: second?.socketPath },
  ]);
  expect(pools.readyCount).toBe(2);
  const next = await pools.spare.whenReady();
  expect(births).toHaveLength(4);
  expect(births[3]).toBe(next);
});

test("one place more is filled by the spare; the last place goes without the others' moving", async () => {
  const spare = await pools.spare.whenReady();
  expect(await pools.add()).toBe(true);
  expect(lists.at(-1)?.pools.map(({ id, place }) => [id, place])).toEqual([
    [births[0]?.id, 0],
    [births[1]?.id, 1],
    [spare.id, 2],
  ]);
  expect([pools.count, pools.readyCount]).toEqual([3, 3]);
  expect(pools.sharedSettled()).toEqual([births[0], births[1], spare]);

  pools.remove();
  expect(lists.at(-1)?.pools.map(({ id }) => id)).toEqual([births[0]?.id, births[1]?.id]);
  expect([pools.count, pools.groupOf(spare)]).toEqual([2, undefined]);
  // It ends what runs in it.
  expect(pools.sharedSettled()).toBeNull();
  await spare.dead;
  expect(deaths.map(({ pool, death }) => [pool.id, death.reason])).toEqual([[spare.id, "retired"]]);
  expect(pools.sharedSettled()).toEqual([births[0], births[1]]);
});

test("a spare that is busy with a bundle stays where it is", async () => {
  const spare = await pools.spare.whenReady();
  spare.checking = true;
  await crash(births[0]);
  expect(lists.at(-1)?.pools.map((pool) => pool.place)).toEqual([1]);
  await births[3]?.ready;
  expect(pools.list().pools.map((pool) => pool.id)).toEqual([births[3]?.id, births[1]?.id]);
  expect(pools.spare.child).toBe(spare);
});

test("a dead pool process is known by the version that it was in", async () => {
  await crash(births[1]);
  expect(deaths.map(({ pool, death }) => [pool.guests.diedIn, death.signal])).toEqual([
    [`${births[1]?.id}@abc`, "SIGSEGV"],
  ]);
});

test("draining ends them all, the spare too", async () => {
  await pools.spare.whenReady();
  await pools.drain(10_000);
  expect(deaths.map(({ death }) => death.reason)).toEqual(["drained", "drained", "drained"]);
  expect(births).toHaveLength(3);
  expect(lists.at(-1)?.pools).toEqual([]);
});

test("draining does not wait for one that is still starting", async () => {
  expect(pools.spare.child?.state).toBe("starting");
  await pools.drain(10_000);
  expect(deaths.map(({ death }) => death.reason).sort()).toEqual(["drained", "drained", "stopped"]);
});
