import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { ContainerKeeper } from "../container/container-keeper.ts";
import { systemClock } from "../core/clock.ts";
import { containerGroup, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import type { FromFront, FrontSettings, IsolateSettings, RuntimeSource } from "../core/messages.ts";
import type { TrustRecord } from "../core/trust.ts";
import type { ChildKind, NewsListener } from "../supervisor/child.ts";
import { childEnv } from "../supervisor/child-env.ts";
import { FrontChild, PoolChild } from "../supervisor/child-kinds.ts";
import type { Confinement } from "../supervisor/confinement/confinement.ts";
import { readResidentKb, watchMemory } from "../supervisor/confinement/memory-watch.ts";
import { type Death, describeDeath, isUnexpected } from "../supervisor/death.ts";
import { Fallback } from "../supervisor/fallback.ts";
import { FallbackPolicy } from "../supervisor/fallback-policy.ts";
import { FrontDemand } from "../supervisor/front-demand.ts";
import { Fronts } from "../supervisor/fronts.ts";
import { giveWay } from "../supervisor/give-way.ts";
import { GuestWatch } from "../supervisor/guest-watch.ts";
import { SupervisorMetrics } from "../supervisor/metrics.ts";
import { PoolNews } from "../supervisor/pool-news.ts";
import { Pools } from "../supervisor/pools.ts";
import { Quarantine, type QuarantineParts } from "../supervisor/quarantine.ts";
import { recycleProcesses } from "../supervisor/recycling.ts";
import type { RunDirectory } from "../supervisor/run-directory.ts";
import { frontGraceMs } from "../supervisor/spin-watch.ts";
import { systemTimers as timers } from "../supervisor/timers.ts";
import { defaultTiming as timing } from "../supervisor/timing.ts";
import { TrustPolicy } from "../supervisor/trust-policy.ts";
import { type FollowedLoad, followLoad, type LoadTuning } from "./follow-load.ts";
import { nodeFlags } from "./node-options.ts";
import type { PoolCode } from "./process-code.ts";

/** Entries of one WebAssembly table. */
const maxTableSize = 1_000_000;
/** A page of WebAssembly memory has 64 KiB. */
const pagesOfMebibyte = 16;

/** V8 does not count WebAssembly memories: one is never larger than the largest heap that functions may have. */
function wasmBounds(memoryMb: number): string[] {
  return [`--wasm-max-mem-pages=${memoryMb * pagesOfMebibyte}`, `--wasm-max-table-size=${maxTableSize}`];
}

export interface ChildrenOptions {
  readonly config: Config;
  readonly directory: RunDirectory;
  readonly confinement: Confinement;
  readonly containers: ContainerKeeper;
  readonly poolCode: PoolCode;
  /** The file that a front starts with. */
  readonly frontEntry: string;
  readonly functions: readonly LiveFunction[];
  /** What earlier runs have found out about versions. */
  readonly trust: readonly TrustRecord[];
  readonly saveTrust: QuarantineParts["save"];
  /** There are shared pool processes in which nothing is loaded. */
  readonly onNewPools: () => void;
  readonly runtimeSource: RuntimeSource;
  readonly logger: Logger;
  /** Known once the control API listens, which is before the first child is born. */
  readonly controlPort: () => number;
  /** Has a version run in containers from now on. */
  readonly moveToContainers: (name: string, versionId: string, why: string) => Promise<boolean>;
  readonly loadTuning?: LoadTuning | undefined;
}

export interface Children {
  readonly fronts: Fronts;
  readonly pools: Pools;
  readonly metrics: SupervisorMetrics;
  readonly quarantine: Quarantine;
  /** From then on a process gives its place to another only when it dies. Before the fronts and pools drain. */
  readonly stopReplacing: () => void;
}

type FrontNews = Parameters<NonNullable<NewsListener<FromFront>["onNews"]>>[0];

/** Wires the fronts and the pools together: who is born how, and who is told of whose death. */
export function createChildren(options: ChildrenOptions): Children {
  const { config, directory, confinement, containers, poolCode, frontEntry, functions, runtimeSource, logger } =
    options;
  const { controlPort, moveToContainers, onNewPools } = options;
  const metrics: SupervisorMetrics = new SupervisorMetrics({
    ready: (kind) => (kind === "front" ? fronts.readyCount : pools.readyCount),
    places: (kind) => (kind === "front" ? fronts.count : pools.count),
    load: () => followed?.load() ?? null,
    quarantined: () => policy.quarantined,
  });
  const policy = new TrustPolicy(config, () => systemClock.epochMs(), options.trust);
  const quarantine: Quarantine = new Quarantine({
    ...{ policy, timers, logger },
    now: () => systemClock.epochMs(),
    versionOf: (key) => fronts.versionOf(key),
    onMoved: (name) => void fronts.regroup(name),
    onQuarantine: (reason) => metrics.quarantined(reason),
    remembered: options.trust,
    save: options.saveTrust,
  });
  const fallback = new Fallback({
    ...{ logger, move: moveToContainers, memoryMb: config.containerMemoryMb },
    policy: new FallbackPolicy(config.fallbackAfter, () => systemClock.epochMs()),
    live: (name) => fronts.live(name),
    isHostile: (fn) => policy.isHostile(fn),
    onChange: (name) => void fronts.regroup(name),
  });
  const inFronts = config.isolation === "none";
  const groupOf = (fn: LiveFunction): PoolGroup => {
    if (fn.tier === "container") return containerGroup(fn);
    return config.isolation === "strict" || policy.isQuarantined(fn) ? `tenant:${fn.tenant}` : "shared";
  };
  const nextId: Record<ChildKind, number> = { front: 1, pool: 1 };

  const birth = (kind: ChildKind) => {
    metrics.born(kind);
    const withIsolates = kind === "pool" || inFronts;
    const id = `${kind}-${nextId[kind]++}`;
    logger.debug({ child: id }, "starting");
    return {
      kind,
      id,
      path: kind === "pool" ? poolCode.entry : frontEntry,
      env: childEnv(kind, config.dataDir, process.env),
      beatMs: withIsolates ? timing.poolBeatMs : timing.frontBeatMs,
      execArgv: withIsolates ? [...nodeFlags("pool"), ...wasmBounds(config.limits.max.memoryMb)] : nodeFlags(kind),
      startMs: timing.startMs,
      timers,
      clock: systemClock,
    };
  };

  const { warmMemoryMb, preparedIsolates, logLevel } = config;
  const preparedMemoryMb = config.limits.default.memoryMb;
  const isolates: IsolateSettings = { runtimeSource, warmMemoryMb, preparedIsolates, preparedMemoryMb };

  const bearPool = () => {
    const news = new PoolNews({
      timers,
      onBreach: (key, kind, count) => {
        // A process answers only for the functions that run in it.
        const fn = fronts.versionOf(key);
        if (fn && fn.group === pools.groupOf(pool)) quarantine.offended(key, kind, count);
      },
      onRetire: (reason) => {
        logger.warn({ child: pool.id, reason }, "a pool process asks to be replaced");
        pools.retire(pool);
      },
      onDrained: () => {
        if (pool.state === "draining") pool.kill("retired");
      },
    });
    const common = { ...birth("pool"), onNews: (message: object) => news.read(message) };
    const berth = confinement.berth(common.id);
    const pool: PoolChild = new PoolChild({ ...common, launch: berth.launch }, timing.poolStallMs, directory);
    berth.attend(pool);
    const { id, socketPath } = pool;
    pool.send({ type: "start", settings: { id, socketPath, logLevel, ...isolates } });
    return pool;
  };

  const frontSettings = (id: string, port: number): FrontSettings => {
    const { host, dataDir, poolConcurrency, queueLength, queueMs, maxHops } = config;
    // With isolation none also with the one that replaces it, and one may become several.
    const sharePort = config.fronts > 1 || inFronts || config.followLoad;
    const egress = { allow: config.egressAllow, deny: config.egressDeny };
    const tenantLimits = {
      requestsInFlight: config.tenantRequestsInFlight,
      requestsPerSecond: config.tenantRequestsPerSecond,
      requestBurst: config.tenantRequestBurst,
    };
    return {
      ...{ tenantLimits, fronts: config.fronts },
      ...{ id, host, port, sharePort, dataDir, logLevel, poolConcurrency, queueLength, queueMs },
      ...{ controlPort: controlPort(), egress, maxHops, fallbackMs: config.fallbackMs },
      containers: {
        directory: directory.path,
        concurrency: config.containerConcurrency,
        instances: config.containersPerVersion,
        pauseMs: config.containerPauseMs,
        idleMs: config.containerIdleMs,
      },
      isolates: inFronts ? isolates : null,
    };
  };

  const onDeath = (child: FrontChild | PoolChild, death: Death) => {
    metrics.died(child.kind, death.reason);
    if (child instanceof FrontChild) {
      containers.ownerDied(child.id);
      demand.gone(child);
    }
    if (child instanceof PoolChild) {
      // First to where its requests go from now on, then who is guilty: what is tried again goes there.
      quarantine.judged(child.verdict);
      fronts.tellDeath(child.id, child.verdict);
    }
    const fields = { child: child.id, reason: death.reason, code: death.exitCode, signal: death.signal };
    if (!isUnexpected(death)) {
      logger.debug(fields, "a child process ended");
    } else if (child.guests && child.guests.diedIn !== null) {
      const version = child.guests.diedIn;
      const [name = ""] = version.split("@", 1);
      metrics.blamed(fronts.live(name) ? name : null);
      logger.error({ ...fields, version }, `a ${child.kind} process ${describeDeath(death)} in ${version}`);
    } else {
      logger.error(fields, `a ${child.kind} process ${describeDeath(death)}`);
    }
  };

  const onFrontNews = (front: FrontChild, news: FrontNews) => {
    switch (news.type) {
      case "wanted":
        return pools.wanted(news.group);
      case "retire":
        logger.warn({ child: front.id, reason: news.reason }, "a front process asks to be replaced");
        void fronts.retire(front, config.drainMs);
        return;
      case "drained":
        return front.kill("retired");
      case "overLimit":
        return fallback.overLimit(news.key, news.limit, news.then);
      case "demand":
        return demand.heard(front, news.demands);
      case "forged":
        return forged(news.pool, news.message);
      case "instanceWanted":
      case "instancePause":
      case "instanceThaw":
      case "instanceEnd":
        return containers.asked(front, news);
    }
  };

  const demand = new FrontDemand<FrontChild>({
    fronts: () => fronts.children.filter(({ state }) => state === "ready"),
    tell: (front, count, demands) => front.send({ type: "others", fronts: count, demands }),
    nowMs: () => systemClock.now(),
  });

  const forged = (id: string, problem: string) => {
    // With isolation none it is a front's own.
    const pool = [...pools.children, ...fronts.children].find((child) => child.id === id);
    // The other fronts have told of it too, or it died by itself.
    if (!pool || pool.state === "dead") return;
    logger.error({ child: id, problem }, "a pool process sent what none of ours sends: killed");
    pool.kill("forged");
  };

  const bearFront = () => {
    const options = { ...birth("front"), onNews: (news: FrontNews) => onFrontNews(front, news) };
    const patience = { silenceMs: timing.frontStallMs, graceMs: frontGraceMs };
    const front: FrontChild = new FrontChild(
      options,
      inFronts
        ? new GuestWatch(options.id, directory, patience)
        : (unansweredMs) => unansweredMs >= timing.frontStallMs,
    );
    void front.ready.then(() => demand.countChanged());
    const { poolMemoryMb: limitMb } = config;
    if (inFronts) void watchMemory(front, { timers, everyMs: timing.poolBeatMs, limitMb });
    return front;
  };

  const fronts: Fronts = new Fronts(
    {
      count: config.fronts,
      port: config.port,
      timers,
      timing,
      bear: bearFront,
      settings: frontSettings,
      onDeath,
      groupOf,
      mayFallBack: (fn) => fallback.isPossible(fn),
    },
    functions,
  );
  let known: ReadonlySet<string> = new Set();
  const pools: Pools = new Pools({
    count: config.isolation === "shared" ? config.pools : 0,
    dedicated: { max: config.dedicatedPools, idleMs: config.dedicatedIdleMs },
    leaveMs: config.drainMs,
    timers,
    clock: systemClock,
    bear: bearPool,
    onChange: (list) => {
      fronts.setPools(list);
      const ids = list.pools.flatMap(({ id, group }) => (group === "shared" ? [id] : []));
      if (ids.some((id) => !known.has(id))) onNewPools();
      known = new Set(ids);
    },
    onDeath,
    onDedicated: (pool) => {
      // Otherwise every tenant has one, trusted or not.
      if (config.isolation !== "shared") return;
      pool.send({ type: "doubt" });
      void pool.ready.then(() => pool.pid !== undefined && giveWay(pool.pid));
    },
  });
  const stopRecycling = recycleProcesses<PoolChild>({
    ...{ afterMs: config.poolRecycleMs, aboveMb: config.poolRecycleMb },
    ...{ everyMs: timing.recycleMs, timers, clock: systemClock },
    settled: () => pools.settled(),
    residentKb: ({ pid }) => (pid === undefined ? null : readResidentKb(pid)),
    recycle: (pool, reason) => {
      logger.info({ child: pool.id, reason }, "a pool process is replaced by a new one");
      metrics.recycled(reason);
      pools.retire(pool);
    },
  });
  const followed: FollowedLoad | null = config.followLoad
    ? followLoad({ fronts, pools, metrics, logger, leaveMs: config.drainMs, tuning: options.loadTuning ?? {} })
    : null;
  const stopReplacing = () => {
    stopRecycling();
    followed?.stop();
  };
  return { fronts, pools, metrics, quarantine, stopReplacing };
}
