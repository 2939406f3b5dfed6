import { setTimeout as delay } from "node:timers/promises";
import { processesOf } from "../islet-processes.ts";
import { type Readiness, watchReadiness } from "../load/readiness.ts";
import { steadyGets, type TimedRequest } from "../load/steady-gets.ts";
import type { Sample } from "../metrics.ts";
import { functionSource } from "../peer.ts";
import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import { cpuTimeUs } from "../process-tree.ts";
import { progress, type Scenario } from "../scenario.ts";

const connections = 8;
const settleMs = 500;
const watchMs = 2_000;

export const killPool: Scenario = {
  name: "kill-pool",
  title:
    "The busy one of two pool processes ends under load of GETs: by kill -9, or by a function that aborts or stalls it",
  quick: false,
  main: "failed",
  takes: (peer) => peer === islet,
  async run(_, settings) {
    const samples: Sample[] = [];
    for (let round = 0; round < settings.kills; round++) {
      for (const { name, end } of ends) {
        const values = await endInFreshServer(end);
        samples.push({ peer: name, round, values });
        const { failed, wholeAgainMs, longestMs } = values;
        progress(
          `  round ${round + 1} ${name}: ${failed} failed, whole again after ${Math.round(wholeAgainMs)} ms, longest ${Math.round(longestMs)} ms`,
        );
      }
    }
    return ends.flatMap(({ name }) => samples.filter(({ peer }) => peer === name));
  },
};

interface Ended {
  /** When it was killed, or when the guilty request was sent. */
  readonly killedAt: number;
  /** Until the guilty request had its answer. */
  readonly guiltyMs?: number;
}

/** What ends the pool process that is busy. */
interface End {
  readonly name: string;
  end(running: RunningIslet): Promise<Ended>;
}

const ends: readonly End[] = [
  {
    name: islet.name,
    async end(running) {
      const victim = await busiestPool(running);
      const killedAt = performance.now();
      process.kill(victim, "SIGKILL");
      return { killedAt };
    },
  },
  { name: `${islet.name}, abort`, end: (running) => askGuilty(running, "abort", "function_crashed") },
  { name: `${islet.name}, stall`, end: (running) => askGuilty(running, "stall", "function_stalled") },
];

/** The functions of one tenant have the same home: so the guilty and the good meet in one process. */
const tenant = "one";

/** V8 gives up only when it has tried to make what is too long, which takes time. */
const limits = { hello: {}, abort: { cpuMs: 20_000, wallMs: 60_000 }, stall: { cpuMs: 50 } };

async function askGuilty(running: RunningIslet, kind: "abort" | "stall", code: string): Promise<Ended> {
  const killedAt = performance.now();
  const answer = await fetch(running.url(kind), { signal: AbortSignal.timeout(watchMs) });
  const text = await answer.text();
  if (!text.includes(code)) throw new Error(`${kind} was answered ${answer.status}: ${text}`);
  return { killedAt, guiltyMs: performance.now() - killedAt };
}

/** A server of its own for each: one that loses process after process waits longer each time, on purpose. */
async function endInFreshServer(end: End["end"]) {
  const running = await startIslet([], { settings: { POOLS: 2 } });
  try {
    for (const kind of ["hello", "abort", "stall"] as const) {
      await running.deploy(kind, functionSource({ name: kind, kind }), { tenant, limits: limits[kind] });
    }
    return await endOnce(running, end);
  } finally {
    await running.stop();
  }
}

async function endOnce(running: RunningIslet, end: End["end"]) {
  const load = steadyGets(running.url("hello"), connections);
  const watch = watchReadiness(running.controlUrl);
  await delay(settleMs);
  const [ended] = await Promise.allSettled([end(running)]);
  await delay(watchMs);
  const [requests, answers] = await Promise.all([load.end(), watch.end()]);
  if (ended.status === "rejected") throw ended.reason;
  const { killedAt, guiltyMs } = ended.value;
  return {
    ...(guiltyMs !== undefined && { guiltyMs }),
    failed: requests.filter(({ ok }) => !ok).length,
    longestMs: longestAfter(requests, killedAt),
    wholeAgainMs: Math.max(inFlightMs(requests, killedAt), notReadyMs(answers, killedAt)),
  };
}

/** The function has one home among the pool processes: the one that uses CPU time while requests come. */
async function busiestPool(running: RunningIslet): Promise<number> {
  const pools = processesOf(running.pids(), "pool");
  const before = pools.map((pid) => cpuTimeUs([pid]));
  await delay(settleMs);
  const used = pools.map((pid, i) => cpuTimeUs([pid]) - (before[i] ?? 0));
  const victim = pools[used.indexOf(Math.max(...used))];
  if (victim === undefined) throw new Error("there is no pool process");
  return victim;
}

function longestAfter(requests: readonly TimedRequest[], time: number): number {
  const touched = requests.filter(({ endedAt }) => endedAt >= time);
  return touched.reduce((longest, { startedAt, endedAt }) => Math.max(longest, endedAt - startedAt), 0);
}

/** Milliseconds from the kill until the last request that was in flight then had its answer. */
function inFlightMs(requests: readonly TimedRequest[], killedAt: number): number {
  const inFlight = requests.filter(({ startedAt, endedAt }) => startedAt <= killedAt && endedAt >= killedAt);
  return inFlight.reduce((last, { endedAt }) => Math.max(last, endedAt - killedAt), 0);
}

/** Milliseconds from the kill until /readyz answered as before and went on to; 0 when it never did otherwise. */
function notReadyMs(answers: readonly Readiness[], killedAt: number): number {
  const usual = answers.findLast(({ at }) => at < killedAt)?.answer;
  const lastBad = answers.findLastIndex(({ at, answer }) => at >= killedAt && answer !== usual);
  if (lastBad === -1) return 0;
  return (answers[lastBad + 1]?.at ?? Number.POSITIVE_INFINITY) - killedAt;
}
