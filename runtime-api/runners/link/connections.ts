import type { Server } from "node:http";
import { connect } from "node:net";
import process from "node:process";

/** Where what a container needs is mounted. */
export const functionFolder = "/islet/function";
export const controlPath = "/run/islet/control";
const requestsPath = "/run/islet/requests";

/** How many requests the front would send at a time. */
export function wantedConnections(): number {
  return Number(process.env.ISLET_CONNECTIONS ?? 1);
}

/**
 * Connects to the front, once for each request that is taken at a time, and hands the connections to a server.
 * @param free says when one more can be taken after one that was given up.
 */
export function takeRequests(server: Server, connections: number, free?: () => Promise<void> | void): void {
  const open = () => {
    const socket = connect(requestsPath);
    // A front that does not listen any more is gone.
    const gone = () => process.exit(1);
    socket.once("error", gone);
    socket.once("connect", () => {
      socket.off("error", gone);
      server.emit("connection", socket);
    });
    // The front ends a connection whose request it has given up.
    socket.once("close", () => void Promise.resolve(free?.()).then(open));
  };
  for (let i = 0; i < connections; i++) open();
}
