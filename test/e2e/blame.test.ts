import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RawClient } from "../hostile/raw-client.ts";
import { crasher, saying, staller, type Trust } from "./culprits.ts";
import { type Answer, TestServer } from "./server.ts";
import { until } from "./until.ts";

/*
 * A function ends the process that it runs in: the one whose doing it was is found, told so and set
 * apart, and its neighbours' requests notice nothing.
 */

let server: TestServer;

beforeAll(async () => {
  // One shared process: guilty and innocent meet there.
  server = await TestServer.start({ POOLS: 1, QUEUE_MS: 30_000, QUARANTINE_MS: 600_000 });
  await server.deploy("good", saying("here"));
});
beforeEach(() => until(async () => (await server.metrics()).sum("islet_children_ready", { kind: "pool" }) === 1));
afterAll(() => server.stop());

const trustOf = async (name: string) =>
  ((await server.control("GET", `/v1/functions/${name}`)).json() as { trust: Trust }).trust;

/** The process that the good function is in, as are all that are not in quarantine. */
async function sharedPool(): Promise<string> {
  const answer = await server.control("GET", "/v1/functions/good/placement");
  const { instances } = answer.json() as { instances: { process: string }[] };
  expect(instances).toHaveLength(1);
  return String(instances[0]?.process);
}

/** How many pool processes have died of something, and how many versions were set apart. */
async function counted(reason: string) {
  const metrics = await server.metrics();
  return {
    deaths: metrics.sum("islet_child_deaths_total", { kind: "pool", reason }),
    quarantines: metrics.sum("islet_quarantines_total", { reason }),
    versions: metrics.sum("islet_quarantined_versions"),
  };
}

/** Asks the good function again and again until `work` is done; gives what it answered. */
async function beside(work: Promise<unknown>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let done = false;
  const client = async () => {
    for (; !done; await pause(4)) answers.push(await server.send("/fn/good/"));
  };
  const clients = [client(), client()];
  await work.finally(() => (done = true));
  await Promise.all(clients);
  return answers;
}

test.each([
  ["crashes", crasher, 502, "function_crashed", "crashed"],
  ["stalls", staller, 504, "function_stalled", "stalled"],
] as const)(
  "a function that %s its process gets the blame, and nobody else notices",
  async (...example) => {
    const [name, culprit, status, code, reason] = example;
    await server.deploy(name, culprit.source, culprit.manifest);
    const before = await counted(reason);
    const guilty = server.send(`/fn/${name}/`);
    const answers = await beside(guilty);
    expect(await guilty).toMatchObject({ status, code });
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter(({ status, text }) => status !== 200 || text !== "here")).toEqual([]);

    // It was not tried again: one process died.
    expect(await counted(reason)).toEqual({
      deaths: before.deaths + 1,
      quarantines: before.quarantines + 1,
      versions: before.versions + 1,
    });
    expect((await server.metrics()).sum("islet_pool_deaths_blamed_total", { function: name })).toBe(1);
    expect(await trustOf(name)).toMatchObject({ state: "quarantined", reasons: [reason], group: `tenant:${name}` });
    expect(await trustOf("good")).toMatchObject({ state: "trusted", breaches: 0, reasons: [], group: "shared" });
    await server.logs.find({ function: name, msg: /is quarantined/, reason });

    // From now on it harms a process of its own only: the one that has taken the first one's place lives on.
    const heir = await sharedPool();
    const pid = server.pids().get(heir);
    const again = server.send(`/fn/${name}/`);
    const others = await beside(again);
    // Doubtful code is on threads, where what stalls is a matter of its CPU limit.
    expect((await again).status).toBe(status);
    expect(others.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await sharedPool()).toBe(heir);
    expect(server.pids().get(heir)).toBe(pid);
  },
  90_000,
);

test("what was answered is not lost with its process, and what was not begun is answered by another", async () => {
  const source = staller.source.replace("() =>", "({ method }) => method === 'GET' ? new Response() :");
  await server.deploy("halts", source);
  await server.send("/fn/halts/");
  // Requests in one segment go to the pool process together. What was begun may not be tried again.
  const names = [...Array<string>(60).fill("good"), "halts", ...Array<string>(20).fill("good")];
  const client = await RawClient.connect(server.url);
  client.send(names.map((name) => `POST /fn/${name}/ HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n`).join(""));
  while (client.statuses.length < names.length && client.socket.writable) await once(client.socket, "data");
  client.end();
  expect(client.statuses).toEqual(names.map((name) => (name === "good" ? 200 : 504)));
}, 90_000);

test("many requests that would each end their process end one", async () => {
  await server.deploy("herd", crasher.source, crasher.manifest);
  const { deaths } = await counted("crashed");
  const answers = await Promise.all(Array.from({ length: 8 }, () => server.send("/fn/herd/")));
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["function_crashed"]));
  expect((await counted("crashed")).deaths).toBe(deaths + 1);
}, 90_000);

test("one that keeps ending its process in quarantine is refused for a while", async () => {
  await server.deploy("again", crasher.source, crasher.manifest);
  const codes: (string | undefined)[] = [];
  let last: Answer;
  do {
    last = await server.send("/fn/again/");
    codes.push(last.code);
  } while (last.code === "function_crashed");
  expect(codes).toEqual(["function_crashed", "function_crashed", "function_crashed", "quarantined"]);
  expect(last.status).toBe(503);
  expect(Number(last.headers["retry-after"])).toBeGreaterThan(0);
  expect((await server.send("/fn/good/")).text).toBe("here");
}, 90_000);

test("what was killed from outside is nobody's fault", async () => {
  await server.deploy("innocent", saying("innocent"));
  await server.send("/fn/innocent/");
  const home = await sharedPool();
  process.kill(server.pids().get(home) ?? 0, "SIGKILL");
  await server.logs.find({ child: home, signal: "SIGKILL" });
  expect(await trustOf("innocent")).toMatchObject({ state: "trusted", breaches: 0 });
  expect((await server.send("/fn/innocent/")).text).toBe("innocent");
});
