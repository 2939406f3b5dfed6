import { nodeServer } from "./node-server.ts";

/** What Node's own server does with nothing around it. */
export const nodeHttp = nodeServer("node:http", "node-http.ts");
