import { pino } from "pino";
import { blameFd } from "../core/blame-mark.ts";
import { childChannel } from "../core/child-side.ts";
import { LogSink } from "../core/log-sink.ts";
import type { FromPool, PoolSettings, ToPool } from "../core/messages.ts";
import { BreachReports } from "../pool/breach-reports.ts";
import { PoolServer } from "../pool/pool-server.ts";
import { createIsolatePool } from "./isolate-pool.ts";

/** The root of a pool process: runs guest code, holds no sockets but those of the fronts. */

const channel = childChannel<ToPool, FromPool>();
const early: ToPool[] = [];
channel.onMessage((message) => {
  if (message.type === "start") void start(message.settings);
  else early.push(message);
});

async function start(settings: PoolSettings): Promise<void> {
  const sink = new LogSink(1, settings.id);
  const logger = pino({ level: settings.logLevel, base: { process: settings.id } }, sink);
  const breaches = new BreachReports((key, kind, count) => channel.send({ type: "breach", key, kind, count }));
  const pool = createIsolatePool({
    ...{ id: settings.id, settings, logger, notesFd: blameFd },
    breach: (key, kind) => breaches.add(key, kind),
    onUnclean: (key, how) => {
      breaches.add(key, "catastrophic");
      channel.send({ type: "retire", reason: `an isolate was left ${how} on its thread` });
    },
  });
  const { host, lanes, metrics } = pool;
  const server = new PoolServer(host);
  await server.listen(settings.socketPath);

  const handle = (message: ToPool): void => {
    if (message.type === "check") {
      void host.check(message.bundle).then((problem) => channel.send({ type: "checked", seq: message.seq, problem }));
    } else if (message.type === "metrics") {
      void metrics.registry
        .getMetricsAsJSON()
        .then((json) => channel.send({ type: "metrics", seq: message.seq, metrics: json }));
    } else if (message.type === "placement") {
      channel.send({ type: "placement", seq: message.seq, placement: host.placementOf(message.key) });
    } else if (message.type === "doubt") {
      lanes.doubt();
    } else if (message.type === "leave") {
      void server.left().then(() => channel.send({ type: "left", seq: message.seq }));
    } else if (message.type === "drain") {
      pool.close();
      void sink.end().then(() => channel.send({ type: "drained" }));
    }
  };
  for (const message of early.splice(0)) handle(message);
  channel.onMessage(handle);
  channel.send({ type: "ready" });
}
