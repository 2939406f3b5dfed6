import { chmod, mkdir } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type ControlNews, readControl } from "./control-reader.ts";

/** Connections that a container has to the outside: many, but bounded for the front's sake. */
const mostGoingOut = 256;

export interface RunnerListener extends ControlNews {
  /** The runner takes one more request at a time, over this. */
  onConnection(socket: Socket): void;
  /** Something in the container wants to go out. */
  onEgress(socket: Socket): void;
}

/**
 * Where the runner in a container connects to. Islet listens, and the container has the directory read-only: so
 * there is no file of the host that what runs there could fill, or put something else in the place of.
 */
export class RunnerSockets {
  readonly #servers: readonly Server[];
  readonly #sockets: Set<Socket>;

  /** @param directory is made; whoever can get there can connect. @param most connections at a time. */
  static async open(directory: string, most: number, listener: RunnerListener): Promise<RunnerSockets> {
    await mkdir(directory);
    const sockets = new Set<Socket>();
    const held = (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      // Its end is what counts, and that is told by "close".
      socket.on("error", () => undefined);
    };
    let controlled = false;
    let open = 0;
    const control = createServer((socket) => {
      if (controlled) return socket.destroy();
      controlled = true;
      held(socket);
      return readControl(socket, listener);
    });
    const requests = createServer((socket) => {
      if (open >= most) return socket.destroy();
      open++;
      socket.once("close", () => open--);
      held(socket);
      return listener.onConnection(socket);
    });
    let goingOut = 0;
    const egress = createServer({ allowHalfOpen: true }, (socket) => {
      if (goingOut >= mostGoingOut) return socket.destroy();
      goingOut++;
      socket.once("close", () => goingOut--);
      held(socket);
      return listener.onEgress(socket);
    });
    const servers = Object.entries({ control, requests, egress });
    const opened = new RunnerSockets([control, requests, egress], sockets);
    const listening = await Promise.allSettled(servers.map(([name, server]) => listen(server, join(directory, name))));
    const failed = listening.find((one) => one.status === "rejected");
    if (failed === undefined) return opened;
    opened.close();
    throw failed.reason;
  }

  private constructor(servers: readonly Server[], sockets: Set<Socket>) {
    this.#servers = servers;
    this.#sockets = sockets;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  // Whoever the container runs as: what keeps others away is the directory, whose name nobody can guess or list.
  await chmod(path, 0o666);
}
