import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Exchange } from "../link/front-server.ts";
import { Forwarder } from "./forward.ts";
import type { Protocol, ProtocolParts } from "./protocol.ts";

const longestPauseMs = 50;

/** The program is an HTTP server that listens where PORT says. */
export class HttpProtocol implements Protocol {
  readonly env: Readonly<Record<string, string>>;
  readonly #port: number;
  readonly #forwarder: Forwarder;

  constructor({ description: { port }, control }: ProtocolParts) {
    this.#port = port;
    this.env = { PORT: String(port) };
    this.#forwarder = new Forwarder(port, control);
  }

  async listen(): Promise<void> {
    // It is the program that listens.
  }

  ready(ended: AbortSignal): Promise<void> {
    return accepting(this.#port, ended);
  }

  handle(exchange: Exchange): void {
    this.#forwarder.forward(exchange);
  }
}

/** Resolves when something listens on a port. The kernel tells nobody of that, so it is tried again and again. */
export async function accepting(port: number, ended: AbortSignal): Promise<void> {
  for (let pauseMs = 1; !(await accepts(port)); pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    await pause(pauseMs, undefined, { signal: ended });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
