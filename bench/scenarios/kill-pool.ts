import { setTimeout as delay } from "node:timers/promises";
import { type Readiness, watchReadiness } from "../load/readiness.ts";
import { steadyGets, type TimedRequest } from "../load/steady-gets.ts";
import type { Sample } from "../metrics.ts";
import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import { commandLine, cpuTimeUs } from "../process-tree.ts";
import { progress, type Scenario } from "../scenario.ts";

const connections = 8;
const settleMs = 500;
const watchMs = 2_000;

export const killPool: Scenario = {
  name: "kill-pool",
  title: "kill -9 of the busy one of two pool processes under load of GETs",
  quick: false,
  main: "failed",
  takes: (peer) => peer === islet,
  async run(_, settings) {
    const samples: Sample[] = [];
    for (let round = 0; round < settings.kills; round++) {
      const values = await killInFreshServer();
      samples.push({ peer: islet.name, round, values });
      progress(`  kill ${round + 1}: ${values.failed} failed, whole again after ${Math.round(values.wholeAgainMs)} ms`);
    }
    return samples;
  },
};

/** A server of its own for each kill: one that loses process after process waits longer each time, on purpose. */
async function killInFreshServer() {
  const running = await startIslet([{ name: "hello", kind: "hello" }], { settings: { POOLS: 2 } });
  try {
    return await killOnce(running);
  } finally {
    await running.stop();
  }
}

async function killOnce(running: RunningIslet) {
  const load = steadyGets(running.url("hello"), connections);
  const watch = watchReadiness(running.controlUrl);
  await delay(settleMs);
  const victim = await busiestPool(running);
  const killedAt = performance.now();
  process.kill(victim, "SIGKILL");
  await delay(watchMs);
  const [requests, answers] = await Promise.all([load.end(), watch.end()]);
  return {
    failed: requests.filter(({ ok }) => !ok).length,
    longestMs: longestAfter(requests, killedAt),
    wholeAgainMs: Math.max(inFlightMs(requests, killedAt), notReadyMs(answers, killedAt)),
  };
}

/** The function has one home among the pool processes: the one that uses CPU time while requests come. */
async function busiestPool(running: RunningIslet): Promise<number> {
  const pools = running.pids().filter((pid) => commandLine(pid).includes("pool.cjs"));
  const before = pools.map((pid) => cpuTimeUs([pid]));
  await delay(settleMs);
  const used = pools.map((pid, i) => cpuTimeUs([pid]) - (before[i] ?? 0));
  const victim = pools[used.indexOf(Math.max(...used))];
  if (victim === undefined) throw new Error(`no pool process among ${running.pids().map(commandLine).join(" | ")}`);
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
