import { type Logger, pino } from "pino";
import type { Config } from "../config.ts";
import { ContainerKeeper } from "../container/container-keeper.ts";
import { createControlApi } from "../control/api.ts";
import { Deployer } from "../control/deployer.ts";
import type { ControlDeps, Health } from "../control/deps.ts";
import { loadToken } from "../control/token.ts";
import { systemClock } from "../core/clock.ts";
import { LogSink } from "../core/log-sink.ts";
import { StartError } from "../core/start-error.ts";
import { buildRuntimeSource } from "../isolate/runtime-source.ts";
import type { Isolation } from "../settings.ts";
import { SqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { Checks } from "../supervisor/checks.ts";
import { describeMissing, type Measure, measuresOfFronts } from "../supervisor/confinement/measures.ts";
import { placementReport } from "../supervisor/placement-report.ts";
import { probePort } from "../supervisor/port-probe.ts";
import { Prewarming } from "../supervisor/prewarming.ts";
import { RunDirectory } from "../supervisor/run-directory.ts";
import { systemTimers } from "../supervisor/timers.ts";
import { defaultTiming as timing } from "../supervisor/timing.ts";
import { type Children, createChildren } from "./children.ts";
import { listenControl } from "./control-server.ts";
import type { LoadTuning } from "./follow-load.ts";
import { functionUrls, serverUrl } from "./function-urls.ts";
import { confinedParser, confinePools } from "./pool-confinement.ts";
import { buildPoolCode, frontCode } from "./process-code.ts";
import { type DeployedSample, deploySamples } from "./sample-deploys.ts";

export interface SupervisorOptions {
  /** Build and deploy samples/ when everything is up. */
  readonly samples?: boolean;
  /** Of how fronts and pool processes follow the load between them. */
  readonly loadTuning?: LoadTuning;
  /** Instead of one that writes JSON lines to stdout. */
  readonly logger?: Logger;
}

/** A server that is up. */
export interface RunningSupervisor {
  readonly port: number;
  readonly controlPort: number;
  readonly token: string;
  /** Of the data plane and of the control API, without a path. */
  readonly url: string;
  readonly controlUrl: string;
  readonly samples: readonly DeployedSample[];
  /** Process ids of the children that live now. */
  pids(): { readonly fronts: readonly number[]; readonly pools: readonly number[]; readonly spare: number | null };
  /** Drains and ends everything; the same promise however often it is called. */
  stop(): Promise<void>;
  /** Kills the children at once. A `stop` that is under way resolves; call it in any case. */
  kill(): Promise<void>;
}

/**
 * The root of the supervisor: runs no guest code and holds no sockets of the data plane.
 *
 * @throws StartError when the data directory or a port is taken or a child does not start; nothing
 * is left running then.
 */
export async function runSupervisor(config: Config, options: SupervisorOptions = {}): Promise<RunningSupervisor> {
  const sink = options.logger ? null : new LogSink(1, "supervisor");
  const logger = options.logger ?? pino({ level: config.logLevel, base: { process: "supervisor" } }, sink ?? undefined);
  // In the order of their making; undone in the opposite one.
  const undo: (() => unknown)[] = [];
  const unwind = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };

  try {
    // First, since it keeps a second supervisor off the data directory.
    const store = await openStore(config);
    undo.push(() => store.close());
    await probePort(config.host, config.port, "ISLET_PORT or ISLET_HOST");
    const directory = new RunDirectory();
    undo.push(() => directory.remove());
    const poolCode = await buildPoolCode(directory.path);
    const [confinement, frontEntry, runtimeSource, token, stored, trust, heat] = await Promise.all([
      confinePools(config, directory, poolCode),
      frontCode(),
      buildRuntimeSource(),
      config.token ?? loadToken(config.dataDir),
      store.list(),
      store.trust(),
      store.heat(),
    ]);

    undo.push(() => confinement.close());
    const parser = confinedParser(confinement, directory.path);
    undo.push(() => parser.close());
    const containers = keepContainers(config, directory, store, logger);
    undo.push(() => containers.close());
    void containers.removeOrphans();
    const functions = stored.map(({ fn }) => fn);
    const children = createChildren({
      ...{ config, directory, confinement, containers, poolCode, frontEntry, functions, trust, runtimeSource, logger },
      onNewPools: () => isUp && prewarming?.warmHot(),
      loadTuning: options.loadTuning,
      saveTrust: (changed) => store.saveTrust(changed),
      controlPort: () => controlPort,
      moveToContainers: (name, versionId, why) => deployer.moveToContainers(name, versionId, why),
    });
    const { fronts, pools, metrics, quarantine } = children;
    const prewarming =
      config.prewarm === "on"
        ? new Prewarming({
            ...{ fronts, remembered: heat, timers: systemTimers, timing, logger },
            save: (records) => store.saveHeat(records),
            epochMs: () => systemClock.epochMs(),
            onOutcome: (occasion, outcome) => metrics.prewarmed(occasion, outcome),
          })
        : null;
    let isUp = false;
    const inFronts = config.isolation === "none";
    const checks = new Checks(pools.spare, systemTimers, timing);
    let port = config.port;
    let controlPort = config.controlPort;
    let stopping: Promise<void> | undefined;

    const deps: ControlDeps = {
      store,
      pinned: (program) => containers.pinned(program),
      check: (bundle, fn, onBuildLine) =>
        fn.tier === "container" ? containers.check(fn, bundle, onBuildLine) : checks.check(bundle),
      parse: (input) => parser.run(input),
      settled: ({ versionId }) => containers.settled(versionId),
      removed: () => containers.forgotten(),
      publish: async (change) => {
        if ("set" in change) {
          quarantine.deployed(change.set);
          await prewarming?.deployed(change.set);
        }
        return fronts.publish(change);
      },
      trustOf: (fn) => ({ ...quarantine.standing(fn), group: fronts.live(fn.name)?.group ?? fn.group }),
      placementOf: async (fn) => {
        const live = fronts.live(fn.name) ?? fn;
        const placed = pools.list().pools.filter(({ group }) => group === live.group);
        const asked = placed.flatMap(({ id, place }) => {
          const pool = pools.byId(id);
          return pool ? [{ pool, place }] : [];
        });
        const sources = { fronts: fronts.children, pools: asked, withinMs: timing.placementMs };
        return { ...(await placementReport(live, sources)), group: live.group };
      },
      urlsOf: (fn) => functionUrls(fn, config.host, port),
      token,
      limits: {
        ...config.limits,
        scaling: { maxInstances: config.containersPerVersion, concurrency: config.containerConcurrency },
        containerMemory: { default: config.containerMemoryMb, max: config.containerMaxMemoryMb },
      },
      uploadBytes: config.uploadBytes,
      logger,
      clock: systemClock,
      health: () => health(children, config.isolation, stopping !== undefined),
      isolation: () => ({
        ...{ isolation: config.isolation, confinement: config.confinement },
        measures: inFronts ? measuresOfFronts() : confinement.report(pools.children),
        parsers: parser.report(),
      }),
      metrics: () => metrics.page([...fronts.children, ...pools.children], timing.metricsMs),
    };
    const deployer = new Deployer(deps);
    const api = createControlApi(deps, deployer);
    const control = await listenControl(api.fetch, config.controlHost, config.controlPort);
    controlPort = control.port;
    undo.push(() => control.close(timing.exitMs));

    undo.push(() => quarantine.stop());
    undo.push(children.stopReplacing);
    const kill = async () => {
      await Promise.all([fronts.kill(), pools.kill()]);
    };
    undo.push(kill);
    [port] = await Promise.all([fronts.start(), pools.start()]);
    if (inFronts) logger.warn("functions run in the front processes, which nothing confines: isolation is none");
    else
      tellConfinement(
        logger,
        "pool processes",
        confinement.verify(pools.children.filter(({ state }) => state === "ready")),
      );
    tellConfinement(logger, "processes that read uploads", parser.report());
    const leftOut = (sample: string, why: string) => logger.warn({ sample, why }, "a sample is left out");
    isUp = true;
    prewarming?.start();
    const samples = options.samples ? await deploySamples(api, token, leftOut) : [];

    const drain = async () => {
      logger.info("draining");
      children.stopReplacing();
      await prewarming?.stop();
      // The fronts end what is in flight, which needs the pools.
      await fronts.drain(config.drainMs + timing.exitMs);
      await pools.drain(timing.exitMs);
      await unwind();
      logger.info("stopped");
      await sink?.end();
    };
    const url = serverUrl(config.host, port);
    const controlUrl = serverUrl(config.controlHost, control.port);
    logger.info({ url, controlUrl, fronts: config.fronts, pools: inFronts ? 0 : config.pools }, "ready");
    return {
      port,
      controlPort: control.port,
      token,
      url,
      controlUrl,
      samples,
      pids: () => pids(children),
      stop: () => {
        stopping ??= drain();
        return stopping;
      },
      kill,
    };
  } catch (error) {
    await unwind();
    await sink?.end();
    throw error;
  }
}

function keepContainers(config: Config, directory: RunDirectory, store: Store, logger: Logger): ContainerKeeper {
  const { dockerHost, dataDir } = config;
  return new ContainerKeeper({
    ...{ dockerHost, dataDir, logger, runDirectory: directory.path },
    concurrency: config.containerConcurrency,
    cpus: config.containerCpus,
    uid: config.containerUid,
    sandbox: config.containerSandbox,
    instances: config.containersPerVersion,
    room: { containers: config.containers, memoryMb: config.containersMemoryMb },
    fallbackMemoryMb: config.containerMemoryMb,
    builds: {
      ...{ memoryMb: config.buildMemoryMb, cpus: config.containerCpus },
      ...{ timeMs: config.buildMs, diskMb: config.buildDiskMb, network: config.buildNetwork },
    },
    official: { node: config.nodeImage, python: config.pythonImage },
    readBundle: (versionId) => store.readBundle(versionId),
    versions: () => versionsIn(store),
  });
}

async function versionsIn(store: Store): Promise<ReadonlySet<string>> {
  const functions = await store.list();
  const versions = await Promise.all(functions.map(({ fn }) => store.versions(fn.name)));
  return new Set(versions.flat().map(({ id }) => id));
}

async function openStore({ dataDir, limits, containerMaxMemoryMb }: Config): Promise<SqliteStore> {
  try {
    const maxima = { isolate: limits.max, container: { ...limits.max, memoryMb: containerMaxMemoryMb } };
    return await SqliteStore.open(dataDir, { maxima });
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function tellConfinement(logger: Logger, whose: string, measures: readonly Measure[]): void {
  const missing = describeMissing(measures);
  const states = Object.fromEntries(measures.map(({ name, inForce, why }) => [name, inForce ? "in force" : why]));
  if (missing === "") logger.info({ confinement: states }, `${whose} are confined`);
  else logger.warn({ confinement: states }, `${whose} are not fully confined: ${missing}`);
}

function health({ fronts, pools }: Children, isolation: Isolation, stopping: boolean): Health {
  if (stopping) return { ready: false, summary: "The server is stopping." };
  const ofFronts = `${fronts.readyCount} of ${fronts.count} fronts`;
  // Tenants' own processes come when they are needed, and with none the fronts are all that there is.
  if (isolation !== "shared") return { ready: fronts.readyCount > 0, summary: `${ofFronts} are up.` };
  const summary = `${ofFronts} and ${pools.readyCount} of ${pools.count} pools are up.`;
  return { ready: fronts.readyCount > 0 && pools.readyCount > 0, summary };
}

function pids({ fronts, pools }: Children): ReturnType<RunningSupervisor["pids"]> {
  const spare = pools.spare.child;
  return {
    fronts: fronts.children.flatMap((front) => front.pid ?? []),
    pools: pools.children.flatMap((pool) => (pool === spare ? [] : (pool.pid ?? []))),
    spare: spare?.pid ?? null,
  };
}
