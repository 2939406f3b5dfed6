import type { AddressInfo } from "node:net";
import { type Logger, pino } from "pino";
import { ContainerFleet } from "../container/container-fleet.ts";
import type { ContainerInstance } from "../container/container-instance.ts";
import { blameFd } from "../core/blame-mark.ts";
import { childChannel } from "../core/child-side.ts";
import { isContainerGroup, isolateKey, type LiveFunction, type PoolGroup, versionKey } from "../core/deployment.ts";
import { LogSink } from "../core/log-sink.ts";
import type { FromFront, FrontSettings, ToFront } from "../core/messages.ts";
import { OwnAddresses } from "../core/own-addresses.ts";
import type { FrontPlacement } from "../core/placement.ts";
import { EgressProxy, type ProxyClient } from "../egress/egress-proxy.ts";
import { FunctionEgress } from "../egress/function-egress.ts";
import { PoolLink } from "../pool/pool-link.ts";
import { overSocket } from "../pool/socket-connection.ts";
import { Admission } from "../scheduler/admission.ts";
import { ContainerLines } from "../scheduler/container-lines.ts";
import { GroupDemand } from "../scheduler/group-demand.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { WaitingQueue } from "../scheduler/waiting-queue.ts";
import { AccessLog } from "../server/access-log.ts";
import { DataPlane } from "../server/data-plane.ts";
import { Deadlines } from "../server/deadlines.ts";
import { FrontMetrics } from "../server/front-metrics.ts";
import { leavePort } from "../server/leave.ts";
import { LocalCalls } from "../server/local-calls.ts";
import { Router } from "../server/router.ts";
import { BundleCache } from "../store/bundle-cache.ts";
import { BundleFiles } from "../store/bundle-files.ts";
import type { LocalPool } from "./local-pool.ts";
import { PoolLinks } from "./pool-links.ts";

/** The root of a front process: holds the clients' sockets, runs no guest code unless isolation is none. */

/** How long a line of the log waits for others. */
const logFlushMs = 200;
/** For the bundles of versions that may be asked for. */
const bundleCacheBytes = 32 * 1024 * 1024;

const channel = childChannel<ToFront, FromFront>();
const early: ToFront[] = [];
channel.onMessage((message) => {
  if (message.type === "start") void start(message);
  else early.push(message);
});

async function start({ settings, functions, list }: Extract<ToFront, { type: "start" }>): Promise<void> {
  const sink = new LogSink(1, settings.id, logFlushMs);
  const logger = pino({ level: settings.logLevel, base: { process: settings.id } }, sink);
  const bundles = new BundleCache(new BundleFiles(settings.dataDir), bundleCacheBytes);
  const router = new Router();
  for (const fn of functions) router.set(fn);
  const queue = new WaitingQueue(settings.queueLength);
  const demand = new GroupDemand(
    (group) => channel.send({ type: "wanted", group }),
    () => [...queue.groups.filter((group) => !isContainerGroup(group)), ...links.takeUsed()],
  );
  const scheduler = new Scheduler({
    queue,
    queueMs: settings.queueMs,
    groupOf: (fn) => groupNow(router, fn),
    onWanted: (group, fn) => (isContainerGroup(group) ? fleet.wanted(group, fn) : demand.want(group)),
    fallback: {
      withinMs: settings.fallbackMs,
      onOutcome: (fn, limit, then) => channel.send({ type: "overLimit", key: versionKey(fn), limit, then }),
    },
  });
  const containerLines = new ContainerLines();
  const fleet = new ContainerFleet({
    ...{ logger, settings: settings.containers },
    onChange: (group, executors) => scheduler.setContainers(group, executors),
    onStarted: (group, others, afterMs) => {
      metrics.containerStarted(afterMs);
      containerLines.started(group, others, afterMs);
    },
    onAnswered: (group, others, tookMs) => containerLines.answered(group, others, tookMs),
    patienceMs: (group, crowd) => containerLines.patienceMs(group, crowd),
    onDecision: (decision) => containerLines.counts[decision]++,
    onRoom: (group) => scheduler.roomChanged(group),
    onRefused: (group, error) => scheduler.refuse(group, error),
    waitingFor: (group) => queue.waitingFor(group),
    ask: (request) => channel.send(request),
    onEgress: (socket, instance) => proxy.serve(socket, clientOf(instance)),
  });
  const admission = new Admission({
    tenantLimits: settings.tenantLimits,
    fronts: settings.fronts,
    tell: (demands) => channel.send({ type: "demand", demands }),
  });
  const deadlines = new Deadlines();
  const metrics = new FrontMetrics(settings.id, {
    running: () => deadlines.running,
    waiting: () => scheduler.waiting,
    functions: () => router.size,
    containers: () => fleet.counts(),
    logLinesLost: () => sink.lost,
    decisions: () => ({ ...scheduler.decisions, ...containerLines.counts }),
  });
  const accessLog = new AccessLog(logger, sink, settings.id, metrics);
  const { maxHops } = settings;
  const serving = { router, admission, scheduler, deadlines, accessLog, logger, maxHops };
  const plane = new DataPlane(serving);
  const own = new OwnAddresses(settings.controlPort);
  const egress = new FunctionEgress({
    operator: settings.egress,
    own,
    local: new LocalCalls({
      ...serving,
      own,
      nextRequestId: () => plane.nextRequestId(),
      onOver: () => plane.resolveIfIdle(),
    }),
    onRefused: ({ requestId, fn }, { host }, { reason, address, message }) => {
      metrics.egressRefused(reason);
      logger.warn({ requestId, function: fn.name, version: fn.versionId, host, address, reason }, message);
    },
  });

  const proxy = new EgressProxy({
    fetch: (request) => egress.fetch(request),
    connect: (caller, host, port) => egress.connect(caller, host, port),
  });
  const proxyClients = new WeakMap<ContainerInstance, ProxyClient>();
  const clientOf = (instance: ContainerInstance): ProxyClient => {
    const { subrequestsInFlight } = instance.fn.limits;
    const most = subrequestsInFlight * settings.containers.concurrency;
    const client = proxyClients.get(instance) ?? { most, caller: () => instance.caller };
    proxyClients.set(instance, client);
    return client;
  };

  const local = await localPool(settings, logger);
  const links = new PoolLinks({
    scheduler,
    connect: ({ id, socketPath }, wiring) =>
      new PoolLink({
        ...{ id, egress, ...wiring },
        open: local?.open ?? overSocket(socketPath),
        concurrency: settings.poolConcurrency,
        readBundle: (fn) => bundles.read(fn),
        onBundleFailure: (isolate, error) =>
          logger.error({ pool: id, isolate, err: error }, "a bundle could not be sent"),
        onForged: (message) => channel.send({ type: "forged", pool: id, message }),
        bundleAtHand: (fn) => bundles.get(fn),
      }),
    onBroken: (pool, error) => logger.warn({ pool, err: error }, "the connection to a pool process broke"),
  });
  links.use(local?.list ?? list);

  const readAhead = async (fn: LiveFunction): Promise<void> => {
    const { versionId } = fn;
    // A failure comes again, and is told, when the bundle is needed.
    await bundles
      .read(fn)
      .catch((error: unknown) => logger.debug({ versionId, err: error }, "no bundle to read ahead"));
  };
  const handle = (message: ToFront): void => {
    switch (message.type) {
      case "publish":
        if (message.remove !== null) router.remove(message.remove);
        if (message.set) {
          const before = router.get(message.set.name);
          router.set(message.set);
          if (before && before.group !== message.set.group) scheduler.regrouped();
        }
        channel.send({ type: "published", seq: message.seq });
        if (message.remove !== null) fleet.published(message.remove, null);
        if (message.set) fleet.published(message.set.name, message.set);
        if (message.set && message.set.tier !== "container") void readAhead(message.set);
        return;
      case "pools":
        return local ? undefined : links.use(message.list);
      case "metrics":
        void Promise.all([metrics.registry.getMetricsAsJSON(), local?.metrics() ?? []]).then((json) =>
          channel.send({ type: "metrics", seq: message.seq, metrics: json.flat() }),
        );
        return;
      case "prewarm":
        void prewarm(message);
        return;
      case "uses":
        channel.send({ type: "uses", seq: message.seq, uses: scheduler.takeUses() });
        return;
      case "placement":
        channel.send({ type: "placement", seq: message.seq, placement: placementOf(message.name) });
        return;
      case "leave":
        void leave(message.idleMs);
        return;
      case "drain":
        void drain(true);
        return;
      case "others":
        return admission.heard(message.fronts, message.demands);
      case "instanceThawed":
        return fleet.thawed(message.id);
      case "instanceParked":
        return fleet.parked(message.id);
      case "instanceYield":
        return fleet.yield(message.id, message.busy);
      case "instanceEngineBack":
        return fleet.engineBack();
      case "instanceOver":
        return fleet.over(message.id, message.end);
      case "poolDied":
        return links.judged(message.id, message.verdict);
      case "start":
      case "beat":
        // `start` has been, and the channel answers beats itself.
        return;
    }
  };
  const prewarm = async ({ seq, fn, spareOnly }: Extract<ToFront, { type: "prewarm" }>): Promise<void> => {
    // So that the bundle goes ahead; what may be refused is read when the process asks for it.
    if (!spareOnly) await readAhead(fn);
    channel.send({ type: "prewarmed", seq, outcome: await scheduler.prewarm(fn, spareOnly) });
  };
  const placementOf = (name: string): FrontPlacement | null => {
    const fn = router.get(name);
    if (!fn) return null;
    const view = scheduler.view(fn);
    const isolates = local?.placementOf(isolateKey(fn)) ?? null;
    if (!isContainerGroup(fn.group)) return { ...view, containers: [], local: isolates };
    const expectedWaitMs = containerLines.expectedWaitMs(fn.group, fleet.crowd(fn.group, fn));
    const queue = { ...view.queue, expectedWaitMs };
    return {
      ...view,
      ...containerLines.view(fn.group),
      typical: null,
      queue,
      containers: fleet.seen(fn.group),
      local: isolates,
    };
  };
  const drain = async (isToExit: boolean): Promise<void> => {
    await plane.drain();
    plane.server.closeAllConnections();
    // With isolates, or a thread that waits for a reader of the log, the exit may hang: the supervisor ends what has drained.
    if ((await sink.end()) && isToExit && !local) process.exit(0);
    local?.close();
    channel.send({ type: "drained" });
  };
  const leave = async (idleMs: number): Promise<void> => {
    await leavePort(plane.server, idleMs);
    // Exits that nobody has asked for are deaths.
    await drain(false);
  };
  for (const message of early.splice(0)) handle(message);
  channel.onMessage(handle);

  const port = await listen(plane, settings);
  own.functionPort = port;
  channel.send({ type: "ready", port });
}

/** Loaded only where it is needed: a front runs no guest code otherwise. */
async function localPool({ id, isolates }: FrontSettings, logger: Logger): Promise<LocalPool | null> {
  if (!isolates) return null;
  const { createLocalPool } = await import("./local-pool.ts");
  return createLocalPool({
    ...{ id, settings: isolates, logger, notesFd: blameFd },
    onUnclean: (reason) => channel.send({ type: "retire", reason }),
  });
}

/** Of a version that is not live any more nothing new is known. */
function groupNow(router: Router, fn: LiveFunction): PoolGroup {
  const live = router.get(fn.name);
  return live?.versionId === fn.versionId && live.limitsId === fn.limitsId ? live.group : fn.group;
}

function listen({ server }: DataPlane, { host, port, sharePort }: FrontSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, reusePort: sharePort }, () => resolve((server.address() as AddressInfo).port));
  });
}
