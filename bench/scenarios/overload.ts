import { setTimeout as delay } from "node:timers/promises";
import { processesOf } from "../islet-processes.ts";
import { generatorFor } from "../load/generators.ts";
import { openLoop } from "../load/open-loop.ts";
import { type SteadyResult, steadyRate } from "../load/steady-rate.ts";
import type { Sample } from "../metrics.ts";
import { functionSource, type RunningPeer } from "../peer.ts";
import { hono } from "../peers/hono.ts";
import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import { cpuTimeUs } from "../process-tree.ts";
import { progress, type Scenario } from "../scenario.ts";
import type { BenchSettings } from "../settings.ts";
import { quantile } from "../statistics.ts";

const [fullSeconds, quickSeconds] = [30, 3];
const connections = 32;
const trickleRate = 20;
const startUpMs = 1_000;

/** Asked for as often as there is an answer, in requests a second. */
async function capacityOf(running: RunningIslet, seconds: number): Promise<number> {
  const load = { urls: [running.url("flood")], connections, seconds };
  return (await generatorFor(load).run(load)).requestsPerSecond;
}

/** How much of a core the pool processes have until then, from when the generator is surely at work. */
async function poolCores(running: RunningIslet, seconds: number): Promise<number> {
  await delay(startUpMs);
  const pools = processesOf(running.pids(), "pool");
  const before = cpuTimeUs(pools);
  const startedAtMs = performance.now();
  await delay(1_000 * seconds - startUpMs);
  return (cpuTimeUs(pools) - before) / (1_000 * (performance.now() - startedAtMs));
}

async function withFunctions<Result>(measure: (running: RunningIslet) => Promise<Result>): Promise<Result> {
  const running = await startIslet([]);
  try {
    // Tenants of their own.
    for (const name of ["flood", "trickle"]) await running.deploy(name, functionSource({ name, kind: "compute" }));
    return await measure(running);
  } finally {
    await running.stop();
  }
}

type Values = Sample["values"];

/** What a process of its own answers to a trickle. What it loses beside a flood is the machine's doing, whose cores all share. */
type Apart = "hello" | "compute";

async function withApart<Result>(kind: Apart, measure: (apart: RunningPeer) => Promise<Result>): Promise<Result> {
  const apart = await hono.start([{ name: "trickle", kind }]);
  try {
    return await measure(apart);
  } finally {
    await apart.stop();
  }
}

async function overloaded(
  running: RunningIslet,
  apart: RunningPeer,
  { quick, warmUpSeconds }: BenchSettings,
): Promise<Values[]> {
  const seconds = quick ? quickSeconds : fullSeconds;
  await capacityOf(running, warmUpSeconds);
  const capacitySeconds = Math.max(2, seconds / 3);
  const [capacity, coresThen] = await Promise.all([
    capacityOf(running, capacitySeconds),
    poolCores(running, capacitySeconds),
  ]);
  const [requests, meanwhile, cores] = await Promise.all([
    openLoop(running.url("flood"), 2 * capacity, seconds),
    steadyRate([apart.url("trickle")], trickleRate, seconds),
    poolCores(running, seconds),
  ]);
  const taken = requests.filter(({ status }) => status === 200);
  const refused = requests.filter(({ status }) => status === 503 || status === 429);
  // What waits at the end is answered later.
  const intime = taken.filter(({ sentAtMs, tookMs }) => sentAtMs + tookMs <= seconds * 1_000);
  const tookMs = taken.map((request) => request.tookMs);
  const ofCapacity = intime.length / seconds / capacity;
  const values = {
    requestsPerSecond: intime.length / seconds,
    ofCapacity,
    ofPoolTime: (ofCapacity * coresThen) / cores,
    poolCores: cores,
    p50Ms: quantile(tookMs, 0.5),
    p99Ms: quantile(tookMs, 0.99),
    refusedP50Ms: quantile(
      refused.map((request) => request.tookMs),
      0.5,
    ),
    refusedP99Ms: quantile(
      refused.map((request) => request.tookMs),
      0.99,
    ),
    failed: requests.length - taken.length - refused.length,
  };
  return [values, { p50Ms: meanwhile.p50Ms, p99Ms: meanwhile.p99Ms, failed: meanwhile.requests - meanwhile.answered }];
}

async function unfair(
  running: RunningIslet,
  apart: RunningPeer,
  { seconds, warmUpSeconds }: BenchSettings,
): Promise<Values[]> {
  const capacity = await capacityOf(running, Math.max(2, warmUpSeconds));
  const trickle = () =>
    Promise.all([running, apart].map((server) => steadyRate([server.url("trickle")], trickleRate, 4 * seconds)));
  const alone = await trickle();
  const flood = openLoop(running.url("flood"), 2 * capacity, 4 * seconds);
  const beside = await trickle();
  await flood;
  return beside.map((one, i) => besideFlood(one, alone[i]));
}

function besideFlood({ p50Ms, p99Ms, requests, answered }: SteadyResult, alone?: SteadyResult): Values {
  const aloneP99Ms = alone?.p99Ms ?? Number.NaN;
  return { p50Ms, p99Ms, aloneP99Ms, timesAlone: p99Ms / aloneP99Ms, failed: requests - answered };
}

function scenario(
  parts: Pick<Scenario, "name" | "title" | "main">,
  apart: Apart,
  /** Of Islet, and of that one. */
  measure: (running: RunningIslet, apart: RunningPeer, settings: BenchSettings) => Promise<Values[]>,
  rounds: (settings: BenchSettings) => number,
): Scenario {
  return {
    ...parts,
    quick: false,
    takes: (peer) => peer === islet,
    async run(_, settings) {
      const samples: Sample[] = [];
      for (let round = 0; round < rounds(settings); round++) {
        // Each in a server of its own: what it has learnt is part of it.
        const measured = await withFunctions((running) =>
          withApart(apart, (other) => measure(running, other, settings)),
        );
        samples.push(...measured.map((values, i) => ({ peer: i === 0 ? islet.name : hono.name, round, values })));
        for (const values of measured) progress(`  round ${round + 1}: ${JSON.stringify(values)}`);
      }
      return samples;
    },
  };
}

export const overload = scenario(
  {
    name: "overload",
    title: `Twice as many requests a second as it can answer, for ${fullSeconds} s; each computes for some milliseconds`,
    main: "ofCapacity",
  },
  "hello",
  overloaded,
  ({ rounds }) => Math.min(rounds, 3),
);

export const fairness = scenario(
  {
    name: "fairness",
    title: `One tenant at ${trickleRate} req/s, alone and beside one at twice what the server can answer; Hono has no flood but on the machine`,
    main: "timesAlone",
  },
  "compute",
  unfair,
  ({ rounds }) => rounds,
);
