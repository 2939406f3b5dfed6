import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { listenError } from "../supervisor/port-probe.ts";

export interface ControlServer {
  readonly port: number;
  /** Takes no more requests; ends those in flight, by force after `withinMs` milliseconds. */
  close(withinMs: number): Promise<void>;
}

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves the control API. @throws StartError when the port cannot be had. */
export async function listenControl(fetch: Fetch, host: string, port: number): Promise<ControlServer> {
  const server = createAdaptorServer({ fetch });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    throw listenError(error, host, port, "ISLET_CONTROL_PORT or ISLET_CONTROL_HOST");
  }
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    async close(withinMs) {
      const force = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), withinMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      clearTimeout(force);
    },
  };
}
