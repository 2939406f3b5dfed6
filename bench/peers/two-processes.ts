import { nodeServer } from "./node-server.ts";

/** The least that a front with a process behind it can cost: Islet without isolates, limits, routes and frames. */
export const twoProcesses = nodeServer("two processes", "two-processes.ts");
