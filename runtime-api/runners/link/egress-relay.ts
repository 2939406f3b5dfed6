import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";

const egressPath = "/run/islet/egress";

/**
 * The one way out of a container: what connects to its loopback there is brought to the front, which is an HTTP
 * proxy and decides what may be reached. Resolves when it listens.
 */
export async function relayEgress(): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: egressPath, allowHalfOpen: true });
    join(inside, outside);
    join(outside, inside);
  });
  server.listen(Number(process.env.ISLET_EGRESS_PORT), "127.0.0.1");
  await once(server, "listening");
}

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  // Neither is of use without the other.
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroy());
}
