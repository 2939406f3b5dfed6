import type { Peer } from "../peer.ts";
import { hono } from "./hono.ts";
import { islet } from "./islet.ts";
import { nodeHttp } from "./node-http.ts";
import { twoProcesses } from "./two-processes.ts";
import { workerd } from "./workerd.ts";

/** In the order of the report. */
export const allPeers: readonly Peer[] = [nodeHttp, twoProcesses, hono, workerd, islet];
