import { readFileSync } from "node:fs";
import { controlPath, functionFolder, takeRequests, wantedConnections } from "../link/connections.ts";
import { ControlLine } from "../link/control-line.ts";
import { relayEgress } from "../link/egress-relay.ts";
import { type Exchange, frontServer } from "../link/front-server.ts";
import { Program } from "./program.ts";
import { type Description, NotReady } from "./protocol.ts";
import { protocolFor } from "./protocols.ts";

/*
 * Stands between the front and a program that knows nothing of Islet: starts it, and brings it the front's
 * requests in a protocol that it speaks. The container has no network but its own loopback.
 */

const control = new ControlLine(controlPath);
const description = JSON.parse(readFileSync(`${functionFolder}/function.json`, "utf8")) as Description;
const protocol = protocolFor({ description, control });
const inFlight = new Set<string>();

await Promise.all([protocol.listen(), relayEgress()]);
const program = new Program({
  ...{ description, control, env: { ...description.env, ...protocol.env } },
  requestId: () => {
    const [only] = inFlight;
    return inFlight.size === 1 ? (only ?? null) : null;
  },
});
const ended = new AbortController();
void program.ended.then(() => ended.abort());

if (await ready()) {
  const connections = Math.min(wantedConnections(), protocol.mostRequests ?? Number.POSITIVE_INFINITY);
  takeRequests(frontServer(take), connections, () => protocol.free?.());
  control.ready();
  const { exitCode, how } = await program.ended;
  control.log(null, "error", `The program ${how}.`);
  control.exit(exitCode);
}

/** What cannot serve is told to the front, which removes the container. */
async function ready(): Promise<boolean> {
  try {
    await Promise.race([protocol.ready(ended.signal), program.ended]);
    ended.signal.throwIfAborted();
    return true;
  } catch (error) {
    if (error instanceof NotReady) {
      control.failed(error.problem, error.message, error.detail);
      return false;
    }
    const why = ended.signal.aborted ? `The program ${(await program.ended).how}` : (error as Error).message;
    control.failed("ended", why.replace(/\.?$/, "."), program.lastLines);
    return false;
  }
}

function take(exchange: Exchange): void {
  const { requestId, outgoing } = exchange;
  inFlight.add(requestId);
  outgoing.once("close", () => inFlight.delete(requestId));
  protocol.handle(exchange);
}
