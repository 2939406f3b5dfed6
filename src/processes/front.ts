import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { childChannel } from "../core/child-side.ts";
import type { FromFront, FrontSettings, PoolAddress, ToFront } from "../core/messages.ts";
import { OwnAddresses } from "../core/own-addresses.ts";
import { FunctionEgress } from "../egress/function-egress.ts";
import { PoolLink } from "../pool/pool-link.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { WaitingQueue } from "../scheduler/waiting-queue.ts";
import { AccessLog } from "../server/access-log.ts";
import { DataPlane } from "../server/data-plane.ts";
import { Deadlines } from "../server/deadlines.ts";
import { FrontMetrics } from "../server/front-metrics.ts";
import { LocalCalls } from "../server/local-calls.ts";
import { LogSink } from "../server/log-sink.ts";
import { Router } from "../server/router.ts";
import { BundleCache } from "../store/bundle-cache.ts";
import { BundleFiles } from "../store/bundle-files.ts";

/** The root of a front process: holds the clients' sockets, runs no guest code. */

const reconnectMs = 100;

/** For the bundles of versions that may be asked for. */
const bundleCacheBytes = 32 * 1024 * 1024;

const channel = childChannel<ToFront, FromFront>();
const early: ToFront[] = [];
channel.onMessage((message) => {
  if (message.type === "start") void start(message);
  else early.push(message);
});

async function start({ settings, functions, list }: Extract<ToFront, { type: "start" }>): Promise<void> {
  const sink = new LogSink(1);
  const logger = pino({ level: settings.logLevel, base: { process: settings.id } }, sink);
  const bundles = new BundleCache(new BundleFiles(settings.dataDir), bundleCacheBytes);
  const router = new Router();
  for (const fn of functions) router.set(fn);
  const scheduler = new Scheduler(new WaitingQueue(settings.queueLength, settings.queueMs));
  const deadlines = new Deadlines();
  const metrics = new FrontMetrics(settings.id, {
    running: () => deadlines.running,
    waiting: () => scheduler.waiting,
    functions: () => router.size,
  });
  const accessLog = new AccessLog(logger, sink, settings.id, metrics);
  const { maxHops } = settings;
  const serving = { router, scheduler, deadlines, accessLog, logger, maxHops };
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

  let links: { place: number; link: PoolLink }[] = [];
  const usePools = (addresses: readonly PoolAddress[]): void => {
    const kept = links.filter(({ link }) => addresses.some(({ id }) => id === link.id));
    for (const { link } of links) if (!kept.some((other) => other.link === link)) link.close();
    const added = addresses.filter(({ id }) => !kept.some(({ link }) => link.id === id)).map(connect);
    links = [...kept, ...added];
    scheduler.setExecutors(links.map(({ place, link }) => ({ place, executor: link })));
  };
  const connect = (address: PoolAddress): { place: number; link: PoolLink } => {
    const { id, place, socketPath } = address;
    const link: PoolLink = new PoolLink({
      id,
      socketPath,
      concurrency: settings.poolConcurrency,
      egress,
      readBundle: (versionId) => bundles.read(versionId),
      onBundleFailure: (isolate, error) =>
        logger.error({ pool: id, isolate, err: error }, "a bundle could not be sent"),
      onForged: (message) => channel.send({ type: "forged", pool: id, message }),
      bundleAtHand: (versionId) => bundles.get(versionId),
      onClose: (error) => {
        if (error) logger.warn({ pool: id, err: error }, "the connection to a pool process broke");
        setTimeout(() => reconnect(link, address), reconnectMs);
      },
    });
    return { place, link };
  };
  const reconnect = (lost: PoolLink, address: PoolAddress): void => {
    // The supervisor has taken a dead process off the list by now: one that is still there lives.
    if (!links.some(({ link }) => link === lost)) return;
    links = links.map((entry) => (entry.link === lost ? connect(address) : entry));
    scheduler.setExecutors(links.map(({ place, link }) => ({ place, executor: link })));
  };
  usePools(list.pools);

  const readAhead = (versionId: string): void => {
    // A failure comes again, and is told, when the bundle is needed.
    bundles
      .read(versionId)
      .catch((error: unknown) => logger.debug({ versionId, err: error }, "no bundle to read ahead"));
  };
  const handle = (message: ToFront): void => {
    switch (message.type) {
      case "publish":
        if (message.remove !== null) router.remove(message.remove);
        if (message.set) router.set(message.set);
        channel.send({ type: "published", seq: message.seq });
        if (message.set) readAhead(message.set.versionId);
        return;
      case "pools":
        return usePools(message.list.pools);
      case "metrics":
        void metrics.registry
          .getMetricsAsJSON()
          .then((json) => channel.send({ type: "metrics", seq: message.seq, metrics: json }));
        return;
      case "drain":
        void drain();
        return;
      case "poolDied":
        return;
      case "start":
      case "beat":
        // `start` has been, and the channel answers beats itself.
        return;
    }
  };
  const drain = async (): Promise<void> => {
    await plane.drain();
    plane.server.closeAllConnections();
    sink.flush();
    process.exit(0);
  };
  for (const message of early.splice(0)) handle(message);
  channel.onMessage(handle);

  const port = await listen(plane, settings);
  own.functionPort = port;
  channel.send({ type: "ready", port });
}

function listen({ server }: DataPlane, { host, port, sharePort }: FrontSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, reusePort: sharePort }, () => resolve((server.address() as AddressInfo).port));
  });
}
