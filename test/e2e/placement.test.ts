import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "./server.ts";
import { until } from "./until.ts";

interface Placement {
  readonly version: string;
  readonly group: string;
  readonly instances: readonly { process: string; state: string; memoryBytes: number; kind: string }[];
  readonly fronts: readonly {
    front: string;
    home: { place: number; process: string };
    warm: readonly { process: string; state: string }[];
    lines: { balancing: Line; placement: Line } | null;
    queue: { waiting: number };
    decisions: readonly { kind: string; process: string; expectedMs: number; at: string }[];
    observations: readonly { cold: boolean; inFlight: number; tookMs: number }[];
  }[];
  readonly missing: readonly string[];
}
interface Line {
  readonly observations: number;
  readonly interceptMs: number;
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ FRONTS: 2, POOLS: 2 });
});
afterAll(() => server.stop());

async function placementOf(name: string): Promise<Placement> {
  return (await server.control("GET", `/v1/functions/${name}/placement`)).json() as Placement;
}

const hello = "export default { fetch: () => new Response('hello') };";

test("a function's placement says where it is, what it costs there, and why it is there", async () => {
  const version = await server.deploy("placed", hello);
  await until(async () => {
    await server.send("/fn/placed/", { headers: { connection: "close" } });
    const { fronts } = await placementOf("placed");
    return fronts.every(({ lines }) => lines !== null && lines.balancing.observations > 2);
  });
  const seen = await placementOf("placed");
  expect(seen).toMatchObject({ version, group: "shared", missing: [] });
  const [home] = new Set(seen.fronts.map((front) => front.home.process));
  expect(seen.fronts).toHaveLength(2);
  expect(seen.instances).toMatchObject([{ kind: "isolate", process: home, state: "warm" }]);
  expect(seen.instances[0]?.memoryBytes).toBeGreaterThan(100_000);
  for (const front of seen.fronts) {
    expect(front.home.process).toBe(home);
    expect(front.warm).toMatchObject([{ process: home, state: "warm" }]);
    expect(front.queue.waiting).toBe(0);
    expect(front.observations.at(-1)).toMatchObject({ cold: false });
    expect(front.lines?.balancing.interceptMs).toBeGreaterThan(0);
  }
  // Whoever had it loaded at the deploy has noted that; the others heard it from the process.
  const decisions = seen.fronts.flatMap((front) => front.decisions);
  expect(decisions[0]).toMatchObject({ kind: "prewarmed", process: home });
});

test("a front that does not answer is named, and the others are not held up", async () => {
  await server.deploy("asked", hello);
  const pid = server.pids().get("front-1") as number;
  process.kill(pid, "SIGSTOP");
  try {
    const { fronts, missing } = await placementOf("asked");
    expect(missing).toEqual(["front-1"]);
    expect(fronts.map(({ front }) => front)).toEqual(["front-2"]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test("of what is not there, it is said so", async () => {
  expect(await server.control("GET", "/v1/functions/nobody/placement")).toMatchObject({
    ...{ status: 404, code: "not_found" },
  });
});
