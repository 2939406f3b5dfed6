import { nodeServer } from "./node-server.ts";

/** Bare Hono on @hono/node-server: the same framework as Islet's front, without isolates behind it. */
export const hono = nodeServer("Hono", "hono.ts");
